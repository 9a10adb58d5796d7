import type { Issue } from '../errors/marfa-error.ts';
import { toJsonPath } from '../errors/validation-issues.ts';
import { compareSemver } from '../identifiers/semver.ts';
import type { TypeField, TypeSchema } from './type-schema.ts';

/** How far a change reaches, smallest first. */
export const CHANGE_SIZES = ['none', 'patch', 'minor', 'major'] as const;
export type ChangeSize = (typeof CHANGE_SIZES)[number];

export interface SchemaChange extends Issue {
  size: ChangeSize;
}

/**
 * What differs between two versions of a type, each with the version bump it asks for: `major` when properties that
 * fitted may not fit any more (a field removed, retyped or newly required, values taken from an enum, another parent),
 * `minor` when more fits (an optional field added, values added, a rule loosened), `patch` for texts and hints.
 */
export function compareTypeSchemas(before: TypeSchema, after: TypeSchema): SchemaChange[] {
  const changes: SchemaChange[] = [];
  const note = (size: ChangeSize, path: readonly PropertyKey[], message: string) =>
    changes.push({ size, path: toJsonPath(path), message });

  if (before.parent !== after.parent) note('major', ['parent'], 'the parent changed');
  for (const key of ['label', 'description', 'display_hints', 'compatible_with', 'merge_policy'] as const) {
    if (!same(before[key], after[key])) note('patch', [key], `${key} changed`);
  }
  const fields = new Set([...Object.keys(before.fields), ...Object.keys(after.fields)]);
  for (const name of fields) {
    const [old, next] = [own(before.fields, name), own(after.fields, name)];
    if (old && next) noteField(note, name, old, next);
    else if (next) note('minor', ['fields', name], 'the field was added');
    else note('major', ['fields', name], 'the field was removed');
  }
  for (const name of new Set([...fields, ...before.required, ...after.required])) {
    const [was, is] = [requires(before, name), requires(after, name)];
    if (is && !was) note('major', ['fields', name], 'the field became required');
    if (was && !is && own(after.fields, name)) note('minor', ['fields', name], 'the field became optional');
    else if (was && !is) note('minor', ['required'], `${name} is not required any more`);
  }
  return changes;
}

/** @returns the bump that all of the changes together ask for. */
export function sizeOf(changes: readonly SchemaChange[]): ChangeSize {
  return changes.reduce<ChangeSize>((largest, { size }) => (isAtLeast(size, largest) ? size : largest), 'none');
}

/** @returns which part of the version was raised, `none` when it stayed, or null when it was lowered. */
export function bumpBetween(before: string, after: string): ChangeSize | null {
  const order = compareSemver(after, before);
  if (order <= 0) return order === 0 ? 'none' : null;
  // Texts, not numbers: the parts may be longer than a double is exact.
  const [oldMajor, oldMinor] = partsOf(before);
  const [newMajor, newMinor] = partsOf(after);
  if (oldMajor !== newMajor) return 'major';
  return oldMinor === newMinor ? 'patch' : 'minor';
}

/** @returns whether one size reaches at least as far as another. */
export function isAtLeast(size: ChangeSize, other: ChangeSize): boolean {
  return CHANGE_SIZES.indexOf(size) >= CHANGE_SIZES.indexOf(other);
}

type Note = (size: ChangeSize, path: readonly PropertyKey[], message: string) => void;

function noteField(note: Note, name: string, before: TypeField, after: TypeField): void {
  const at = (key: string) => ['fields', name, key];
  if (before.type !== after.type) note('major', at('type'), `${before.type} became ${after.type}`);
  for (const key of ['format', 'items_type'] as const) {
    if (before[key] === after[key]) continue;
    note(after[key] === undefined ? 'minor' : 'major', at(key), `${key} changed`);
  }
  const [old, next] = [before.enum_values ?? [], after.enum_values ?? []];
  if (old.some((value) => !next.includes(value))) note('major', at('enum_values'), 'values were removed');
  else if (next.length > old.length) note('minor', at('enum_values'), 'values were added');
  else if (!same(old, next)) note('patch', at('enum_values'), 'the order changed');
  for (const key of ['description', 'searchable'] as const) {
    if (before[key] !== after[key]) note('patch', at(key), `${key} changed`);
  }
}

function requires(schema: TypeSchema, name: string): boolean {
  return schema.required.includes(name) || own(schema.fields, name)?.required === true;
}

function own(fields: TypeSchema['fields'], name: string): TypeField | undefined {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

function partsOf(version: string): string[] {
  return /^[0-9.]+/.exec(version)?.[0].split('.') ?? [];
}

/** Whether two JSON values are the same, whatever the order of their keys. */
function same(left: unknown, right: unknown): boolean {
  return canonical(left) === canonical(right);
}

function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_key, inner: unknown) =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    ) ?? ''
  );
}
