import type { JsonSchema } from '@withmarfa/shared';

const REFERENCE = '#/components/schemas/';
/** Objects inside objects are shown to this depth; named schemas have a place of their own. */
const MAX_DEPTH = 5;

/** A piece of a type's name; with `schema` it leads to that named schema. */
export interface TypePart {
  text: string;
  schema?: string;
}

/** One line of a schema's table: a field, wherever it lies, by its whole path. */
export interface SchemaRow {
  name: string;
  type: TypePart[];
  required: boolean;
  description: string | undefined;
  /** Bounds, defaults and the like, in words. */
  notes: string[];
}

/**
 * Lays a JSON Schema out as lines: `data[].item.id` for what lies deeper.
 * @param schemas the named schemas; only the outermost reference is followed, the others are named in the type.
 */
export function schemaRows(schema: JsonSchema, schemas: Record<string, JsonSchema>): SchemaRow[] {
  const followed = schema.$ref ? (schemas[schema.$ref.slice(REFERENCE.length)] ?? schema) : schema;
  const rows = childRows(followed, '', 0);
  if (rows.length > 0) return rows;
  return [
    {
      name: '',
      type: typeOf(schema),
      required: true,
      description: followed.description,
      notes: notesOf(followed),
    },
  ];
}

function childRows(schema: JsonSchema, prefix: string, depth: number): SchemaRow[] {
  if (depth > MAX_DEPTH) return [];
  if (schema.type === 'array' && typeof schema.items === 'object') return childRows(schema.items, `${prefix}[]`, depth);
  const branches = (schema.anyOf ?? schema.oneOf ?? []).filter((branch) => branch.type !== 'null');
  if (branches.length === 1 && branches[0]) return childRows(branches[0], prefix, depth);
  if (branches.length > 1)
    return branches.flatMap((branch, index) => {
      const label = `${prefix}${prefix === '' ? '' : ' '}(${index + 1})`;
      const rows = childRows(branch, label, depth + 1);
      return rows.length > 0 || prefix !== '' ? rows : [aRow(label, branch, true)];
    });
  const fields = Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    return [aRow(path, field, schema.required?.includes(name) ?? false), ...childRows(field, path, depth + 1)];
  });
  const others = schema.additionalProperties;
  if (typeof others === 'object' && !others.$ref && (others.properties || others.items))
    fields.push(...childRows(others, `${prefix}.*`, depth + 1));
  return fields;
}

function aRow(name: string, schema: JsonSchema, required: boolean): SchemaRow {
  return { name, type: typeOf(schema), required, description: schema.description, notes: notesOf(schema) };
}

function typeOf(schema: JsonSchema): TypePart[] {
  if (schema.$ref) {
    const name = schema.$ref.slice(REFERENCE.length);
    return [{ text: name, schema: name }];
  }
  if (schema.const !== undefined) return [{ text: JSON.stringify(schema.const) }];
  if (schema.enum) return [{ text: schema.enum.map((value) => JSON.stringify(value)).join(' | ') }];
  const branches = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (branches)
    return branches.flatMap((branch, index) => [...(index === 0 ? [] : [{ text: ' or ' }]), ...typeOf(branch)]);
  if (schema.type === 'array')
    return [
      { text: 'array of ' },
      ...(typeof schema.items === 'object' ? typeOf(schema.items) : [{ text: 'anything' }]),
    ];
  if (schema.type === 'object' && !schema.properties) return mapType(schema);
  if (Array.isArray(schema.type)) return [{ text: schema.type.join(' or ') }];
  return [{ text: schema.type ?? 'anything' }, ...(schema.format ? [{ text: ` (${schema.format})` }] : [])];
}

function mapType({ propertyNames, additionalProperties }: JsonSchema): TypePart[] {
  if (typeof additionalProperties !== 'object' || Object.keys(additionalProperties).length === 0)
    return [{ text: 'object' }];
  return [
    { text: 'map of ' },
    ...(propertyNames?.$ref ? typeOf(propertyNames) : [{ text: 'text' }]),
    { text: ' to ' },
    ...typeOf(additionalProperties),
  ];
}

function notesOf(schema: JsonSchema): string[] {
  const { minimum, maximum, minLength, maxLength, minItems, maxItems } = schema;
  return [
    ...(schema.default === undefined ? [] : [`default ${JSON.stringify(schema.default)}`]),
    ...range('', minimum, maximum),
    ...range('characters', minLength, maxLength),
    ...range('entries', minItems, maxItems),
  ];
}

function range(what: string, low: number | undefined, high: number | undefined): string[] {
  const unit = what === '' ? '' : ` ${what}`;
  if (low !== undefined && high !== undefined) return [`${low} to ${high}${unit}`];
  if (low !== undefined && low > 0) return [`at least ${low}${unit}`];
  return high === undefined ? [] : [`at most ${high}${unit}`];
}
