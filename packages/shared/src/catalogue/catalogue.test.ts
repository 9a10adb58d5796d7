import { describe, expect, it } from 'vitest';
import { EdgeTypeSchema } from '../items/edge.ts';
import { RESERVED_ITEM_FIELDS } from '../items/item.ts';
import { type TypeSchema, TypeSchemaSchema } from '../items/type-schema.ts';
import { CONNECTOR_TYPES } from './connector-types.ts';
import { ACYCLIC_EDGE_TYPES, CORE_EDGE_TYPES } from './core-edge-types.ts';
import { CORE_TYPES } from './core-types.ts';
import { SYSTEM_TYPES } from './system-types.ts';

const all = [...CORE_TYPES, ...CONNECTOR_TYPES, ...SYSTEM_TYPES];
const byId = new Map(all.map((type) => [type.id, type]));
const named = all.map((type) => [type.id, type] as const);

function ancestorsOf(type: TypeSchema): TypeSchema[] {
  const parent = type.parent === undefined ? undefined : byId.get(type.parent);
  return parent ? [parent, ...ancestorsOf(parent)] : [];
}

describe('the shipped types', () => {
  it('have an id each of its own', () => {
    expect(byId.size).toBe(all.length);
  });

  it('hold every core and system type that the contract names', () => {
    const ids = [...byId.keys()];
    for (const id of 'note bookmark task event entity.person file file.image file.audio file.video highlight message'.split(
      ' ',
    ))
      expect(ids).toContain(`core.${id}`);
    for (const id of 'device credential webhook app connection profile integration activity'.split(' '))
      expect(ids).toContain(`system.${id}`);
    expect(ids.some((id) => id.startsWith('core.media.'))).toBe(true);
    expect(ids).toContain('todoist.task');
    expect(ids).toContain('google.calendar.event');
    expect(ids).toContain('withmarfa.captured_email');
  });

  it.each(named)('%s is a well-formed type schema', (_id, type) => {
    expect(TypeSchemaSchema.safeParse(type).error).toBeUndefined();
  });

  it.each(named)('%s requires and displays only fields that it has', (_id, type) => {
    const fields = [type, ...ancestorsOf(type)].flatMap((one) => Object.keys(one.fields));
    for (const field of type.required) expect(fields).toContain(field);
    for (const field of Object.values(type.display_hints ?? {})) expect(fields).toContain(field);
  });

  it.each(named)('%s gives every enumeration its values, and nothing else any', (_id, type) => {
    for (const field of Object.values(type.fields)) expect(field.enum_values !== undefined).toBe(field.type === 'enum');
  });

  it.each(named)('%s does not shadow a wire field of items', (id, type) => {
    // Rows of the platform keep the contract's own names; only types that people write are bound by the rule.
    if (id.startsWith('system.')) return;
    for (const field of Object.keys(type.fields)) expect(RESERVED_ITEM_FIELDS).not.toContain(field);
  });

  it.each(named.filter(([, type]) => type.parent !== undefined))(
    '%s stands under a parent that exists and redefines none of its fields',
    (id, type) => {
      expect(id.startsWith(`${type.parent}.`)).toBe(true);
      const ancestors = ancestorsOf(type);
      expect(ancestors.length).toBeGreaterThan(0);
      const inherited = ancestors.flatMap((ancestor) => Object.keys(ancestor.fields));
      expect(Object.keys(type.fields).filter((field) => inherited.includes(field))).toEqual([]);
    },
  );
});

describe('the core edge types', () => {
  // Contract, section 3.4.
  it.each([
    ['about', 'many-to-many', 'orphan'],
    ['parent-of', 'one-to-many', 'cascade'],
    ['in-thread', 'many-to-one', 'orphan'],
    ['attached-to', 'many-to-many', 'orphan'],
    ['references', 'many-to-many', 'orphan'],
    ['authored-by', 'many-to-many', 'orphan'],
    ['derived-from', 'many-to-many', 'orphan'],
    ['supersedes', 'one-to-one', 'orphan'],
  ])('%s is %s and on delete: %s', (id, cardinality, cascade_on_delete) => {
    const found = CORE_EDGE_TYPES.find((type) => type.id === id);
    expect(found).toMatchObject({ cardinality, cascade_on_delete });
    expect(EdgeTypeSchema.safeParse(found).success).toBe(true);
  });

  it('are these eight, of which two may not close into a loop', () => {
    expect(CORE_EDGE_TYPES).toHaveLength(8);
    expect([...ACYCLIC_EDGE_TYPES].sort()).toEqual(['parent-of', 'supersedes']);
  });
});
