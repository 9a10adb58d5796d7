import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareSemver } from '../identifiers/semver.ts';
import { bumpBetween, CHANGE_SIZES, type ChangeSize, compareTypeSchemas, sizeOf } from './compare-type-schemas.ts';
import { type TypeField, type TypeSchema, TypeSchemaSchema } from './type-schema.ts';

const SEED = 20260318;
const text: TypeField = { type: 'string' };
const aType = (changes: Partial<TypeSchema> = {}): TypeSchema => ({
  id: 'harbour.ship',
  version: '1.0.0',
  fields: { title: text, kind: { type: 'enum', enum_values: ['a', 'b'] } },
  required: ['title'],
  ...changes,
});
const kind = (enum_values: string[]) => ({ title: text, kind: { type: 'enum' as const, enum_values } });

describe('a change of a type', () => {
  it.each<[ChangeSize, string, Partial<TypeSchema>]>([
    ['none', 'nothing', {}],
    ['none', 'the version alone', { version: '4.0.0' }],
    ['patch', 'a label', { label: 'Ship' }],
    ['patch', 'a field’s description', { fields: { ...aType().fields, title: { ...text, description: 'x' } } }],
    ['patch', 'what can be searched', { fields: { ...aType().fields, title: { ...text, searchable: true } } }],
    ['patch', 'the order of values', { fields: kind(['b', 'a']) }],
    ['patch', 'hints', { display_hints: { title_field: 'title' } }],
    ['minor', 'an added optional field', { fields: { ...aType().fields, more: text } }],
    ['minor', 'added values', { fields: kind(['a', 'b', 'c']) }],
    ['minor', 'a field that becomes optional', { required: [] }],
    ['major', 'a removed field', { fields: { title: text } }],
    ['major', 'an added required field', { fields: { ...aType().fields, more: { ...text, required: true } } }],
    ['major', 'a field that becomes required', { required: ['title', 'kind'] }],
    ['major', 'a required field of a parent', { required: ['title', 'inherited'] }],
    ['major', 'removed values', { fields: kind(['a', 'c', 'd']) }],
    ['major', 'another type of a field', { fields: { ...aType().fields, title: { type: 'integer' } } }],
    ['major', 'a format', { fields: { ...aType().fields, title: { type: 'string', format: 'url' } } }],
    ['major', 'a parent', { parent: 'core.note' }],
  ])('is %s for %s', (size, _what, changes) => {
    expect(sizeOf(compareTypeSchemas(aType(), aType(changes)))).toBe(size);
  });

  it('names every place', () => {
    const changes = compareTypeSchemas(
      aType(),
      aType({ label: 'x', fields: { kind: { type: 'string' } }, required: [] }),
    );
    expect(changes.map(({ size, path }) => `${size} ${path}`)).toEqual([
      'patch $.label',
      'major $.fields.title',
      'major $.fields.kind.type',
      'major $.fields.kind.enum_values',
      'minor $.required',
    ]);
  });
});

describe('a bump', () => {
  it.each<[string, string, ChangeSize | null]>([
    ['1.0.0', '1.0.0', 'none'],
    ['1.0.0', '1.0.0+build', 'none'],
    ['1.0.0', '1.0.1', 'patch'],
    ['1.0.0-beta', '1.0.0', 'patch'],
    ['1.0.9', '1.1.0', 'minor'],
    ['1.9.9', '2.0.0', 'major'],
    ['1.0.0', '2.0.0-beta', 'major'],
    ['1.0.0', '0.9.9', null],
    ['1.0.0', '1.0.0-beta', null],
    ['9007199254740992.0.0', '9007199254740993.0.0', 'major'],
  ])('from %s to %s is %s', (before, after, bump) => {
    expect(bumpBetween(before, after)).toBe(bump);
  });

  it('says the part that rose, for whatever versions', () => {
    const version = fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3));
    fc.assert(
      fc.property(version, version, (before, after) => {
        const bump = bumpBetween(before.join('.'), after.join('.'));
        const place = before.findIndex((part, index) => part !== after[index]);
        const rose = place !== -1 && (after[place] ?? 0) > (before[place] ?? 0);
        expect(bump).toBe(place === -1 ? 'none' : rose ? (['major', 'minor', 'patch'] as const)[place] : null);
        expect(bump === null).toBe(compareSemver(after.join('.'), before.join('.')) < 0);
      }),
      { seed: SEED },
    );
  });
});

// Few names and kinds, so that two schemas meet in most of their parts.
const field: fc.Arbitrary<TypeField> = fc.oneof(
  fc.record({ type: fc.constantFrom('string' as const, 'integer' as const) }),
  fc.record({
    type: fc.constant('enum' as const),
    enum_values: fc.uniqueArray(fc.constantFrom('x', 'y', 'z'), { minLength: 1 }),
  }),
  fc.record({ type: fc.constant('string' as const), required: fc.boolean() }),
);
const schema: fc.Arbitrary<TypeSchema> = fc
  .record({
    fields: fc.dictionary(fc.constantFrom('a', 'b', 'c'), field),
    label: fc.option(fc.constantFrom('One', 'Two'), { nil: undefined }),
    required: fc.uniqueArray(fc.constantFrom('a', 'b', 'c')),
  })
  .map(({ fields, label, required }) =>
    aType({ fields, ...(label ? { label } : {}), required: required.filter((name) => Object.hasOwn(fields, name)) }),
  );

/** Whether properties fit, as the contract says it: a reading of its own, over these few kinds of fields. */
function fits({ fields, required }: TypeSchema, properties: Record<string, unknown>): boolean {
  return Object.entries(fields).every(([name, { type, enum_values, required: own }]) => {
    const value = properties[name];
    if (value === undefined) return !own && !required.includes(name);
    if (type === 'integer') return typeof value === 'number';
    return typeof value === 'string' && (type !== 'enum' || enum_values?.includes(value) === true);
  });
}

describe('the size of a change', () => {
  const value = fc.constantFrom('x', 'y', 'other', 5, undefined);
  const properties = fc.record({ a: value, b: value, c: value });

  it('is major whenever something that fitted the declared fields does not fit any more', () => {
    fc.assert(
      fc.property(schema, schema, fc.array(properties, { minLength: 20, maxLength: 20 }), (before, after, samples) => {
        // A field that is new judges what was kept unjudged before: that alone is allowed to be minor.
        const known = samples.map((sample) =>
          Object.fromEntries(
            Object.entries(sample).filter(
              ([name]) => Object.hasOwn(before.fields, name) || !Object.hasOwn(after.fields, name),
            ),
          ),
        );
        const broken = known.some((sample) => fits(before, sample) && !fits(after, sample));
        if (broken) expect(sizeOf(compareTypeSchemas(before, after))).toBe('major');
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });

  it('is none exactly when nothing differs, and the same whatever the order of keys', () => {
    fc.assert(
      fc.property(schema, schema, (before, after) => {
        const size = sizeOf(compareTypeSchemas(before, after));
        const shuffled = { ...after, fields: Object.fromEntries(Object.entries(after.fields).reverse()) };
        expect(CHANGE_SIZES).toContain(size);
        expect(sizeOf(compareTypeSchemas(before, shuffled))).toBe(size);
        expect(compareTypeSchemas(after, shuffled)).toEqual([]);
        expect(TypeSchemaSchema.safeParse(after).success).toBe(true);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });
});
