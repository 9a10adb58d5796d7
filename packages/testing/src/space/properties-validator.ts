import { type Issue, type Properties, type TypeField, type TypeSchema, toIssues } from '@withmarfa/shared';
import { z } from 'zod';

/** @returns every fault of properties as items of a type; properties that the type does not declare are none. */
export type PropertiesValidator = (properties: Properties) => Issue[];

/** @param chain the type and its parents; fields of all of them count. */
export function createPropertiesValidator(
  chain: readonly Pick<TypeSchema, 'fields' | 'required'>[],
): PropertiesValidator {
  const required = new Set(chain.flatMap((type) => type.required));
  const shape = chain
    .flatMap((type) => Object.entries(type.fields))
    .map(([name, field]) => {
      const value = fieldSchema(field);
      return [name, required.has(name) || field.required ? value : value.nullish()];
    });
  const schema = z.looseObject(Object.fromEntries(shape));
  return (properties) => {
    const result = schema.safeParse(properties);
    if (result.success) return [];
    return toIssues(result.error).map((issue) => ({ ...issue, path: issue.path.replace('$', '$.properties') }));
  };
}

function fieldSchema(field: TypeField): z.ZodType {
  switch (field.type) {
    case 'string':
      return textSchema(field.format);
    case 'integer':
      return z.int('expected a whole number');
    case 'number':
      return z.number('expected a number');
    case 'boolean':
      return z.boolean('expected true or false');
    case 'datetime':
      return dateTime;
    case 'enum':
      return z.enum(field.enum_values ?? [], `expected one of ${(field.enum_values ?? []).join(', ')}`);
    case 'object':
      return z.record(z.string(), z.unknown(), 'expected an object');
    case 'array':
      return z.array(field.items_type ? fieldSchema({ type: field.items_type }) : z.unknown(), 'expected a list');
    default:
      return field.type satisfies never;
  }
}

const dateTime = z.iso.datetime({
  offset: true,
  message: 'expected an ISO 8601 time such as 2026-03-01T09:30:00.000Z',
});

function textSchema(format: TypeField['format']): z.ZodType {
  const text = z.string('expected text');
  switch (format) {
    case undefined:
      return text;
    case 'url':
      return z.url({ protocol: /^https?$/, error: 'expected an http or https address' });
    case 'date':
      return z.iso.date('expected a date such as 2026-03-01');
    case 'datetime':
      return dateTime;
    case 'email':
      return z.email('expected an e-mail address');
    case 'bcp47':
      return text.regex(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/, 'expected a language tag such as en-GB');
    case 'iso3166':
      return text.regex(/^[A-Z]{2}$/, 'expected a two-letter country code such as PT');
    default:
      return format satisfies never;
  }
}
