import type { EdgeType } from '../items/edge.ts';

const edge = (
  id: string,
  label: string,
  cardinality: EdgeType['cardinality'],
  extra: Partial<EdgeType> = {},
): EdgeType => ({
  id,
  label,
  cardinality,
  cascade_on_delete: 'orphan',
  source_type_constraints: [],
  target_type_constraints: [],
  property_schema: {},
  ...extra,
});

/** The edge types every space has. A loop on `parent-of` or `supersedes` is refused. */
export const CORE_EDGE_TYPES: readonly EdgeType[] = [
  edge('about', 'About', 'many-to-many'),
  edge('attached-to', 'Attached to', 'many-to-many'),
  edge('authored-by', 'Authored by', 'many-to-many'),
  edge('derived-from', 'Derived from', 'many-to-many'),
  edge('in-thread', 'In thread', 'many-to-one', { property_schema: { position: { type: 'integer' } } }),
  edge('parent-of', 'Parent of', 'one-to-many', { cascade_on_delete: 'cascade' }),
  edge('references', 'References', 'many-to-many'),
  edge('supersedes', 'Supersedes', 'one-to-one'),
];

/** Edge types whose chains may not close into a loop. */
export const ACYCLIC_EDGE_TYPES: readonly string[] = ['parent-of', 'supersedes'];
