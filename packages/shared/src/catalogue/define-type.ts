import type { TypeField, TypeSchema } from '../items/type-schema.ts';

type Fields = Record<string, TypeField>;

export const text = (description?: string): TypeField => ({
  type: 'string',
  searchable: true,
  ...(description ? { description } : {}),
});
export const plain = (description?: string): TypeField => ({ type: 'string', ...(description ? { description } : {}) });
export const url = (description?: string): TypeField => ({
  type: 'string',
  format: 'url',
  ...(description ? { description } : {}),
});
export const datetime = (description?: string): TypeField => ({
  type: 'datetime',
  ...(description ? { description } : {}),
});
export const integer = (): TypeField => ({ type: 'integer' });
export const number = (): TypeField => ({ type: 'number' });
export const flag = (): TypeField => ({ type: 'boolean' });
export const list = (items_type: NonNullable<TypeField['items_type']> = 'string'): TypeField => ({
  type: 'array',
  items_type,
});
export const object = (): TypeField => ({ type: 'object' });
export const oneOf = (...enum_values: string[]): TypeField => ({ type: 'enum', enum_values });

/** Builds a catalogue entry, version 1.0.0. */
export function defineType(
  id: string,
  label: string,
  fields: Fields,
  extra: { required?: string[]; parent?: string; title?: string; body?: string; description?: string } = {},
): TypeSchema {
  const { title, body } = extra;
  return {
    id,
    label,
    ...(extra.description ? { description: extra.description } : {}),
    ...(extra.parent ? { parent: extra.parent } : {}),
    version: '1.0.0',
    fields,
    required: extra.required ?? [],
    ...(title || body
      ? { display_hints: { ...(title ? { title_field: title } : {}), ...(body ? { body_field: body } : {}) } }
      : {}),
  };
}
