import type { JsonSchema, OpenApiDocument, OpenApiOperation, OpenApiParameter } from '@withmarfa/shared';
import fc from 'fast-check';

/** One request that somebody might send, by mistake or on purpose. */
export interface OddRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | undefined;
}

const LONE_HIGH = '\ud83d';
const LONE_LOW = '\udca9';

/** Texts that have broken somebody's server before. */
const ODD_TEXTS = [
  '',
  ' ',
  '\0',
  'a\0b',
  LONE_HIGH,
  `x${LONE_LOW}y`,
  '__proto__',
  'constructor',
  'toString',
  "'; drop table items; --",
  '%',
  '%00',
  '%s%n',
  '../../etc/passwd',
  'null',
  'NaN',
  '-1',
  '1e999',
  '999999999999999999999',
  '+010000-01-01T00:00:00.000Z',
  '999999-01-01T00:00:00.000Z',
  '-000001-01-01T00:00:00.000Z',
  '2026-02-30T00:00:00.000Z',
  '2026-13-45T99:99:99Z',
  '0000-01-01T00:00:00.000+14:00',
  'core.*',
  'core..note',
  '.'.repeat(300),
  'x'.repeat(4000),
  'a.'.repeat(1500),
  '🜂'.repeat(250),
  '\u202e\u0000\uffff',
  'eyJ2IjoxfQ',
  'properties.title eq',
  '((((((((((',
  'and and and',
  'properties."x" in [1,',
  'sha256:zz',
  'marfa_k1_notakey',
];

/** Values of every kind, also where only some are right. */
const oddValue = fc.oneof(
  fc.constantFrom<unknown>(...ODD_TEXTS),
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -0,
    -1,
    1.5,
    2 ** 31,
    2 ** 53,
    -(2 ** 53),
    1e21,
    5e-324,
    Number.MAX_VALUE,
    [],
    {},
    [[]],
    [null],
    { '': null },
    { toString: 1 },
    Array.from({ length: 10_000 }, (_, index) => index),
    nested(40),
    nested(200),
  ),
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
);

/** Bodies that are wrong before anybody has read a field. */
const BROKEN_BODIES = [
  '',
  '{',
  'null',
  '[]',
  '"text"',
  '{"type":"core.note","type":"core.note"}',
  '{"type":"core.note","properties":{"a":1,"a":2}}',
  '{"__proto__":{"admin":true},"type":"core.note"}',
  '{"type":"core.note","properties":{"__proto__":{"a":1}}}',
  '{"constructor":{"prototype":{"a":1}}}',
  '{"type":"core.note","properties":{"n":1e999}}',
  `{"type":"core.note","properties":${'['.repeat(5000)}${']'.repeat(5000)}}`,
  '['.repeat(100_000),
  '{"type":"core.note","properties":{"title":"\\ud83d"}}',
  '{"type":"core.note","properties":{"title":"\\u0000"}}',
  '{"type":"core.note","properties":{"\\udca9":1}}',
  '\ufeff{}',
  "{'type':'core.note'}",
  '{"type":"core.note",}',
  'type=core.note&x=1',
];
const CONTENT_TYPES = [
  'text/plain',
  'application/xml',
  'multipart/form-data; boundary=x',
  'application/json; charset=utf-16',
  ';;;',
  '',
];

function nested(depth: number): unknown {
  return depth === 0 ? 'deep' : { in: [nested(depth - 1)] };
}

/**
 * Requests to one operation: its example with something wrong in it, or nonsense from the start.
 * @param known ids and names that exist; `id` of a path is often one of them, so that the request gets far.
 */
export function oddRequests(
  document: OpenApiDocument,
  operation: { method: string; path: string; operation: OpenApiOperation },
  known: readonly string[],
): fc.Arbitrary<OddRequest> {
  const parameters = (operation.operation.parameters ?? []).filter((each): each is OpenApiParameter => 'in' in each);
  const inPath = parameters.filter((each) => each.in === 'path');
  const inQuery = parameters.filter((each) => each.in === 'query');
  const content = operation.operation.requestBody?.content;
  const example = content?.['application/json']?.example;

  return fc
    .record({
      path: fc.tuple(
        ...inPath.map(() =>
          fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...known) }, fc.constantFrom(...ODD_TEXTS)),
        ),
      ),
      query: fc.tuple(
        ...inQuery.map(({ schema }) => fc.option(queryValue(document, schema), { nil: undefined, freq: 3 })),
      ),
      unknownQuery: fc.option(
        fc.constantFrom('surprise=1', '__proto__=1', '%=%', 'limit=1&limit=2', '&&&==', `q=${'x'.repeat(9000)}`),
        { nil: undefined, freq: 6 },
      ),
      body: content === undefined ? fc.constantFrom(undefined, undefined, '{}', '{"surprise":1}') : bodies(example),
      contentType: fc.oneof(
        { weight: 8, arbitrary: fc.constant('application/json') },
        fc.constantFrom(...CONTENT_TYPES),
      ),
      idempotencyKey: fc.option(fc.constantFrom('key', 'é', 'x'.repeat(300)), { nil: undefined, freq: 8 }),
    })
    .map(({ path, query, unknownQuery, body, contentType, idempotencyKey }) => {
      const filled = inPath.reduce(
        (address, { name }, index) => address.replace(`{${name}}`, encode(path[index] ?? '')),
        operation.path,
      );
      const pairs = inQuery.flatMap(({ name }, index) => {
        const value = query[index];
        return value === undefined ? [] : [`${name}=${encode(value)}`];
      });
      if (unknownQuery !== undefined) pairs.push(unknownQuery);
      return {
        method: operation.method,
        path: `${filled}${pairs.length > 0 ? `?${pairs.join('&')}` : ''}`,
        body: operation.method === 'GET' ? undefined : body,
        headers: {
          ...(body === undefined ? {} : { 'content-type': contentType }),
          ...(idempotencyKey === undefined ? {} : { 'idempotency-key': encodeURI(idempotencyKey) }),
        },
      };
    });
}

function bodies(example: unknown): fc.Arbitrary<string | undefined> {
  return fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .tuple(fc.nat(), oddValue, fc.constantFrom('replace', 'remove', 'add'))
        .map(([at, value, how]) => JSON.stringify(spoil(example, { at, value, how }))),
    },
    { weight: 2, arbitrary: oddValue.map((value) => JSON.stringify(value)) },
    { weight: 2, arbitrary: fc.constantFrom(...BROKEN_BODIES) },
  );
}

/** @returns a copy of `whole` with one of its places spoilt. */
function spoil(whole: unknown, { at, value, how }: { at: number; value: unknown; how: string }): unknown {
  const copy: unknown = structuredClone(whole);
  const places: { holder: Record<string, unknown>; key: string }[] = [];
  const collect = (node: unknown) => {
    if (typeof node !== 'object' || node === null) return;
    for (const key of Object.keys(node)) {
      places.push({ holder: node as Record<string, unknown>, key });
      collect((node as Record<string, unknown>)[key]);
    }
  };
  collect(copy);
  const place = places[at % Math.max(1, places.length)];
  if (!place) return value;
  if (how === 'replace') place.holder[place.key] = value;
  else if (how === 'remove') delete place.holder[place.key];
  else Object.defineProperty(place.holder, 'surprise', { value, enumerable: true, configurable: true });
  return copy;
}

function queryValue(document: OpenApiDocument, schema: JsonSchema): fc.Arbitrary<string> {
  const named = schema.$ref ? document.components.schemas[schema.$ref.split('/').at(-1) ?? ''] : schema;
  const right = named?.enum?.map(String) ?? [];
  return fc.oneof(
    fc.constantFrom(...right, '1', '200', 'core.note', '2026-03-01T09:30:00.000Z', 'properties.title eq "x"'),
    fc.constantFrom(...ODD_TEXTS),
    fc.string({ unit: 'binary', maxLength: 30 }),
  );
}

/** Percent-encodes; halves of surrogate pairs, which no address can carry, become the bytes that a sloppy client sends. */
function encode(text: string): string {
  return text.isWellFormed() ? encodeURIComponent(text) : '%ED%A0%BD';
}
