import fc from 'fast-check';
import type { JsonObject } from './manifest-arbitraries.ts';

type Json = JsonObject[string];
type Path = (string | number)[];

const ODD_VALUES: Json[] = [
  null,
  true,
  false,
  0,
  -1,
  1,
  0.5,
  1e300,
  2 ** 53 + 2,
  '',
  ' ',
  'x',
  'Core.Note',
  'system.credential',
  'core.tides',
  '*',
  'core.*',
  '2.0.0',
  '1.0',
  'read',
  'none',
  'proxy',
  'required',
  'ignore',
  'schedule',
  'manual',
  'x\n',
  'é'.repeat(300),
  'a'.repeat(2_001),
  [],
  {},
  [null],
  ['core.note', 'nonsense'],
  { type: 'manual' },
  { type: 'schedule' },
  { a: 'proxy' },
  { a: 'required' },
];

const ODD_KEYS = [
  'colour',
  'Type',
  '',
  'a b',
  'config',
  'default',
  'values',
  'constructor',
  'token_requirements',
  'oauth_requirements',
  'upstream_base_url_override',
];

/** One change of one place in a manifest, of the kinds people and programs make. */
export const mutation = fc.record({
  place: fc.nat(),
  kind: fc.constantFrom('drop', 'replace', 'replace', 'add', 'repeat', 'empty', 'rename', 'respell'),
  odd: fc.constantFrom(...ODD_VALUES),
  key: fc.constantFrom(...ODD_KEYS),
});
export type Mutation = (typeof mutation)['generate'] extends (...given: never[]) => { value: infer Value }
  ? Value
  : never;

/** @returns a copy of `manifest` with the mutation done at the place it points to. */
export function mutate(manifest: JsonObject, { place, kind, odd, key }: Mutation): JsonObject {
  const copy = structuredClone(manifest);
  const paths = allPaths(copy, []);
  const path = paths[place % paths.length];
  const last = path?.at(-1);
  if (!path || last === undefined) return copy;
  const parent = at(copy, path.slice(0, -1));
  const value = at(copy, path);
  if (Array.isArray(parent)) mutateElement(parent, Number(last), value, { kind, odd, key });
  else if (isObject(parent)) mutateMember(parent, String(last), value, { kind, odd, key });
  return copy;
}

type Change = Omit<Mutation, 'place'>;

function mutateMember(parent: JsonObject, name: string, value: Json, change: Change): void {
  if (change.kind === 'drop') delete parent[name];
  else if (change.kind === 'add') (isObject(value) ? value : parent)[change.key] = change.odd;
  else if (change.kind === 'rename') {
    delete parent[name];
    parent[change.key] = value;
  } else parent[name] = changed(value, change);
}

function mutateElement(parent: Json[], index: number, value: Json, change: Change): void {
  if (change.kind === 'drop') parent.splice(index, 1);
  else if (change.kind === 'add' && isObject(value)) value[change.key] = change.odd;
  else if (change.kind === 'repeat') parent.push(structuredClone(value));
  else parent[index] = changed(value, change);
}

function changed(value: Json, { kind, odd }: Change): Json {
  if (kind === 'empty') return Array.isArray(value) ? [] : isObject(value) ? {} : '';
  if (kind === 'respell' && typeof value === 'string') return value.toUpperCase();
  if (kind === 'respell' && typeof value === 'number') return String(value);
  if (kind === 'repeat' && typeof value === 'string') return value + value;
  return odd;
}

function allPaths(value: Json, base: Path): Path[] {
  const keys: Path = Array.isArray(value) ? value.map((_, index) => index) : isObject(value) ? Object.keys(value) : [];
  return keys.flatMap((key) => [[...base, key], ...allPaths(at(value, [key]), [...base, key])]);
}

function at(value: Json, path: Path): Json {
  return path.reduce<Json>((inner, key) => {
    if (Array.isArray(inner)) return inner[Number(key)] ?? null;
    return isObject(inner) ? (inner[key] ?? null) : null;
  }, value);
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
