import fc from 'fast-check';

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export interface Fields {
  properties: Record<string, Json>;
  [field: string]: unknown;
}

/** A filter as its text, and what it means: an evaluator written from the documentation, with no thought of speed. */
export interface FilterCase {
  text: string;
  holds(item: Fields): boolean;
}

// Few names and values, so that filters often meet what is stored.
const NAMES = ['a', 'b', 'order', 'odd "name"', '0', 'é'];
const TEXTS = [
  '',
  'sea',
  'Sea',
  'seaside',
  'é',
  'Z',
  '10',
  '9',
  'true',
  'null',
  '🌊',
  "it's",
  '100%',
  'a_b',
  '\\ud800',
  '"',
];
const NUMBERS = [0, 1, -1, 1.5, 10, 9, 1e20, 2 ** 60, -2.5e-7, 5e-324, 1e308];

const scalar = fc.oneof(
  fc.constantFrom<Json>(...TEXTS),
  fc.constantFrom<Json>(...NUMBERS),
  fc.boolean(),
  fc.constant(null),
);
const value = fc.oneof(
  { weight: 6, arbitrary: scalar },
  { weight: 2, arbitrary: fc.array(scalar, { maxLength: 3 }) },
  { weight: 2, arbitrary: fc.dictionary(fc.constantFrom(...NAMES), scalar, { maxKeys: 3 }) },
);
/** Properties of a stored item: a null on the first level would not be kept. */
export const storedProperties: fc.Arbitrary<Record<string, Json>> = fc.dictionary(
  fc.constantFrom(...NAMES),
  value.filter((one) => one !== null),
  { maxKeys: 5 },
);

const path = fc.oneof(
  fc.constantFrom(...NAMES).map((name) => [name]),
  fc.tuple(fc.constantFrom(...NAMES), fc.constantFrom(...NAMES)).map((names) => [...names]),
);
const isPlain = (name: string) => /^[A-Za-z_][\w-]*$/.test(name);
const textOf = (names: string[]) =>
  ['properties', ...names.map((name) => (isPlain(name) ? name : JSON.stringify(name)))].join('.');
const valueAt = (item: Fields, names: string[]): Json | undefined =>
  names.reduce<Json | undefined>(
    (found, name) =>
      found !== null && typeof found === 'object' && !Array.isArray(found) && Object.hasOwn(found, name)
        ? found[name]
        : undefined,
    item.properties,
  );

const bytes = (text: string) => Buffer.from(text, 'utf8');
const is = (found: unknown, wanted: Json) =>
  wanted === null ? found === undefined || found === null : found === wanted;
function order(found: unknown, wanted: Json): number | null {
  if (typeof found === 'number' && typeof wanted === 'number') return Math.sign(found - wanted);
  if (typeof found === 'string' && typeof wanted === 'string') return Buffer.compare(bytes(found), bytes(wanted));
  return null;
}
const contains = (found: unknown, wanted: Json) =>
  Array.isArray(found)
    ? found.includes(wanted)
    : typeof found === 'string' && typeof wanted === 'string' && found.includes(wanted);

function compare(found: unknown, operator: string, wanted: Json): boolean {
  const place = order(found, wanted);
  if (operator === 'eq') return is(found, wanted);
  if (operator === 'ne') return !is(found, wanted);
  if (operator === 'contains') return contains(found, wanted);
  if (place === null) return false;
  return { gt: place > 0, gte: place >= 0, lt: place < 0, lte: place <= 0 }[operator] ?? false;
}

const anyValue = scalar;
const ordered = fc.oneof(fc.constantFrom<Json>(...TEXTS), fc.constantFrom<Json>(...NUMBERS));
const comparison = fc.oneof(
  fc.tuple(fc.constantFrom('eq', 'ne'), anyValue),
  fc.tuple(fc.constantFrom('gt', 'gte', 'lt', 'lte'), ordered),
  fc.tuple(
    fc.constant('contains'),
    anyValue.filter((one) => one !== null),
  ),
);
const onProperty: fc.Arbitrary<FilterCase> = fc.tuple(path, comparison).map(([names, [operator, wanted]]) => ({
  text: `${textOf(names)} ${operator} ${JSON.stringify(wanted)}`,
  holds: (item) => compare(valueAt(item, names), operator, wanted),
}));
const inList: fc.Arbitrary<FilterCase> = fc
  .tuple(path, fc.array(scalar, { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([names, wanted, round]) => ({
    text: `${textOf(names)} in ${(round ? '(%)' : '[%]').replace('%', () => wanted.map((one) => JSON.stringify(one)).join(', '))}`,
    holds: (item) => wanted.some((one) => is(valueAt(item, names), one)),
  }));
const onField: fc.Arbitrary<FilterCase> = fc
  .oneof(
    fc.tuple(
      fc.constantFrom('tier', 'device', 'source_id', 'type'),
      fc.constantFrom('eq', 'ne', 'gt', 'lte', 'contains'),
      fc.constantFrom<Json>(...TEXTS, 'feed', 'core.note'),
    ),
    fc.tuple(
      fc.constantFrom('device', 'source_id', 'capture_latitude'),
      fc.constantFrom('eq', 'ne'),
      fc.constant(null),
    ),
    fc.tuple(
      fc.constantFrom('version', 'capture_latitude'),
      fc.constantFrom('eq', 'ne', 'gte', 'lt'),
      fc.constantFrom<Json>(1, 1.5, -1, 10),
    ),
    fc.tuple(
      fc.constant('timestamp'),
      fc.constantFrom('eq', 'gt', 'lte'),
      fc.constantFrom<Json>('2026-01-03T00:00:00.000Z', '2026-01-05T00:00:00.000Z'),
    ),
  )
  .map(([name, operator, wanted]) => ({
    text: `${name} ${operator} ${JSON.stringify(wanted)}`,
    holds: (item) => compare(item[name], operator, wanted),
  }));

/** Filters of every shape, three levels deep. */
export const filterCase: fc.Arbitrary<FilterCase> = fc.letrec<{
  filter: FilterCase;
  group: FilterCase;
  leaf: FilterCase;
}>((tie) => ({
  leaf: fc.oneof({ weight: 4, arbitrary: onProperty }, inList, onField),
  group: fc
    .tuple(fc.constantFrom('and', 'or', 'not'), fc.array(tie('filter'), { minLength: 1, maxLength: 3 }))
    .map(([word, parts]) => {
      if (word === 'not') {
        const [part] = parts as [FilterCase];
        return { text: `not (${part.text})`, holds: (item: Fields) => !part.holds(item) };
      }
      return {
        text: parts.map((part) => `(${part.text})`).join(` ${word} `),
        holds: (item: Fields) =>
          word === 'and' ? parts.every((part) => part.holds(item)) : parts.some((part) => part.holds(item)),
      };
    }),
  filter: fc.oneof({ depthSize: 'small', maxDepth: 3 }, tie('leaf'), tie('group')),
})).filter;
