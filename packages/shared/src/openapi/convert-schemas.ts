import { z } from 'zod';
import type { JsonSchema } from './openapi-types.ts';

const REFERENCE = '#/components/schemas/';

export interface ConvertedSchemas {
  components: Record<string, JsonSchema>;
  /** @returns the schema of a request: what may be sent. */
  ofRequest(schema: z.ZodType): JsonSchema;
  /** @returns the schema of an answer: what comes. */
  ofAnswer(schema: z.ZodType): JsonSchema;
}

/**
 * Turns Zod schemas into JSON Schemas that refer to the named ones. A named schema that reads differently in requests
 * and in answers (it has defaults, say) becomes two components, the request's with the suffix `Input`.
 * @param parts.requests, parts.answers every schema that will be asked for.
 */
export function convertSchemas(
  named: Record<string, z.ZodType>,
  parts: { requests: readonly z.ZodType[]; answers: readonly z.ZodType[] },
): ConvertedSchemas {
  const requests = convertSide(named, parts.requests, 'input');
  const answers = convertSide(named, parts.answers, 'output');
  const answered = reachedFrom(answers.components, [...parts.answers.map(answers.of), { $ref: `${REFERENCE}Error` }]);
  const differing = namesThatDiffer(named, requests.components, answers.components);
  const rename = (name: string) => (differing.has(name) && answered.has(name) ? `${name}Input` : name);
  const ofRequest = (schema: z.ZodType) => mapReferences(requests.of(schema), rename);
  const asked = reachedFrom(requests.components, parts.requests.map(requests.of));

  const components: Record<string, JsonSchema> = {};
  for (const name of Object.keys(named)) {
    const request = requests.components[name];
    const answer = answers.components[name];
    if (answered.has(name) && answer) components[name] = answer;
    if (asked.has(name) && request) components[rename(name)] ??= mapReferences(request, rename);
  }
  return { components, ofRequest, ofAnswer: answers.of };
}

interface Side {
  components: Record<string, JsonSchema>;
  of(schema: z.ZodType): JsonSchema;
}

function convertSide(named: Record<string, z.ZodType>, parts: readonly z.ZodType[], io: 'input' | 'output'): Side {
  const registry = z.registry<{ id: string }>();
  const names = new Map<z.ZodType, string>();
  for (const [name, schema] of Object.entries(named)) {
    registry.add(schema, { id: name });
    names.set(schema, name);
  }
  const unnamed = [...new Set(parts)].filter((schema) => !names.has(schema));
  for (const [index, schema] of unnamed.entries()) registry.add(schema, { id: `part ${index}` });
  const converted = convert(registry, io);
  return {
    components: Object.fromEntries(Object.keys(named).map((name) => [name, converted[name] ?? {}])),
    of(schema) {
      const name = names.get(schema);
      if (name !== undefined) return { $ref: REFERENCE + name };
      const own = converted[registry.get(schema)?.id ?? ''];
      if (own === undefined) throw new Error('the schema is not one of the parts');
      return own;
    },
  };
}

function convert(registry: z.core.$ZodRegistry<{ id: string }>, io: 'input' | 'output'): Record<string, JsonSchema> {
  const { schemas } = z.toJSONSchema(registry, {
    io,
    uri: (id) => REFERENCE + id,
    // What only a function can judge is any value to JSON Schema.
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      const schema = jsonSchema as JsonSchema;
      readMeaning(schema, io);
      dropNoise(schema);
    },
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => {
      const { $schema: _schema, $id: _id, ...rest } = schema as JsonSchema;
      return [name, rest];
    }),
  );
}

/** A text that becomes something else while it is read shows what it means rather than how it is spelt. */
function readMeaning(schema: JsonSchema, io: 'input' | 'output'): void {
  const { meaning, default: preset } = schema;
  delete schema.meaning;
  if (schema.type === 'integer' && typeof preset === 'string') schema.default = Number(preset);
  if (typeof meaning !== 'object' || meaning === null || io === 'output') return;
  for (const keyword of ['type', 'pattern', 'minLength', 'maxLength']) delete schema[keyword];
  Object.assign(schema, meaning);
}

/** Leaves out what says nothing to a reader: patterns that a format names, bounds of exactness, names that are text. */
function dropNoise(schema: JsonSchema): void {
  if (schema.format === 'uuid' || schema.format === 'date-time') delete schema.pattern;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (JSON.stringify(schema.propertyNames) === '{"type":"string"}') delete schema.propertyNames;
}

/** The named schemas whose two sides differ, by themselves or through what they refer to. */
function namesThatDiffer(
  named: Record<string, z.ZodType>,
  requests: Record<string, JsonSchema>,
  answers: Record<string, JsonSchema>,
): Set<string> {
  const differing = new Set(
    Object.keys(named).filter((name) => JSON.stringify(requests[name]) !== JSON.stringify(answers[name])),
  );
  for (let before = -1; before !== differing.size; ) {
    before = differing.size;
    for (const name of Object.keys(named))
      if (referencesIn(requests[name]).some((reference) => differing.has(reference))) differing.add(name);
  }
  return differing;
}

function reachedFrom(components: Record<string, JsonSchema>, roots: readonly JsonSchema[]): Set<string> {
  const reached = new Set<string>();
  const pending = roots.flatMap(referencesIn);
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    pending.push(...referencesIn(components[name]));
  }
  return reached;
}

function referencesIn(schema: unknown): string[] {
  const found: string[] = [];
  JSON.stringify(schema, (key, value) => {
    if (key === '$ref' && typeof value === 'string') found.push(value.slice(REFERENCE.length));
    return value;
  });
  return found;
}

function mapReferences(schema: JsonSchema, rename: (name: string) => string): JsonSchema {
  return JSON.parse(JSON.stringify(schema), (key, value) =>
    key === '$ref' && typeof value === 'string' ? REFERENCE + rename(value.slice(REFERENCE.length)) : value,
  );
}
