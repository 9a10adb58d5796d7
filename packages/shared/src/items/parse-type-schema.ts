import type { z } from 'zod';
import { type Issue, MarfaError } from '../errors/marfa-error.ts';
import { toIssues, toJsonPath } from '../errors/validation-issues.ts';
import { type EdgeType, EdgeTypeSchema } from './edge.ts';
import { RESERVED_ITEM_FIELDS } from './item.ts';
import { type TypeSchema, TypeSchemaSchema } from './type-schema.ts';

/**
 * Judges a type schema by itself; what it has to do with other types is for whoever knows them.
 * @param input parsed JSON, untrusted.
 * @throws MarfaError `invalid_schema` with every fault in `details.issues`; `property_shadows_field` when the only faults
 *   are fields named like a wire field of items.
 */
export function parseTypeSchema(input: unknown): TypeSchema {
  const result = TypeSchemaSchema.safeParse(input);
  const shadows = fieldNames(input, 'fields')
    .filter((name) => RESERVED_ITEM_FIELDS.includes(name))
    .map((name) => ({
      path: toJsonPath(['fields', name]),
      message: 'items have a field of this name; choose another',
    }));
  const faults = faultsOf(result, input, 'fields');
  if (faults.length > 0) throw invalidSchema('The type schema', [...faults, ...shadows]);
  if (shadows.length > 0) {
    throw new MarfaError(
      'property_shadows_field',
      `A type cannot declare what every item has: ${shadows.map(({ path }) => path).join(', ')}.`,
      { details: { issues: shadows } },
    );
  }
  return result.data as TypeSchema;
}

/**
 * As {@link parseTypeSchema}, for an edge type.
 * @throws MarfaError `invalid_schema` with every fault in `details.issues`.
 */
export function parseEdgeType(input: unknown): EdgeType {
  const result = EdgeTypeSchema.safeParse(input);
  const faults = faultsOf(result, input, 'property_schema');
  if (faults.length > 0) throw invalidSchema('The edge type', faults);
  return result.data as EdgeType;
}

/** @returns a refusal of a schema that says its first fault and carries them all. */
export function invalidSchema(what: string, issues: readonly Issue[]): MarfaError {
  const count = issues.length === 1 ? 'one fault' : `${issues.length} faults`;
  return new MarfaError('invalid_schema', `${what} has ${count}: ${issues[0]?.path} ${issues[0]?.message}.`, {
    details: { issues },
  });
}

function faultsOf(result: z.ZodSafeParseResult<unknown>, input: unknown, fieldsKey: string): Issue[] {
  const issues = result.success ? [] : toIssues(result.error);
  // The parser drops this key without a word; a field that was declared must not be lost.
  if (!fieldNames(input, fieldsKey).includes('__proto__')) return issues;
  return [...issues, { path: toJsonPath([fieldsKey, '__proto__']), message: 'expected another name' }];
}

function fieldNames(input: unknown, key: string): string[] {
  if (!isRecord(input) || !Object.hasOwn(input, key)) return [];
  const fields = input[key];
  return isRecord(fields) ? Object.keys(fields) : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
