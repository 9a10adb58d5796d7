/** What a filter compares with. Times are texts, in the wire form. */
export type FilterValue = string | number | boolean | null;

/** A field of the item itself, and what it holds. */
export const SYSTEM_FIELDS = {
  id: 'text',
  type: 'text',
  state: 'text',
  tier: 'text',
  source: 'text',
  source_id: 'text',
  version: 'number',
  schema_version: 'text',
  timestamp: 'time',
  created_at: 'time',
  updated_at: 'time',
  device: 'text',
  capture_latitude: 'number',
  capture_longitude: 'number',
} as const satisfies Record<string, 'text' | 'number' | 'time'>;
export type SystemField = keyof typeof SYSTEM_FIELDS;

export type FilterField = { kind: 'property'; path: readonly string[] } | { kind: 'system'; name: SystemField };
export const ORDER_OPERATORS = ['gt', 'gte', 'lt', 'lte'] as const;
export type OrderOperator = (typeof ORDER_OPERATORS)[number];

export type FilterCondition =
  | { kind: 'is'; field: FilterField; value: FilterValue }
  | { kind: 'order'; field: FilterField; operator: OrderOperator; value: string | number }
  | { kind: 'contains'; field: FilterField; value: string | number | boolean };

/**
 * A filter as it was understood: `ne` is the negation of `is`, and `in` is `or` over several of them. Every condition is
 * either true or false of an item, whatever the item holds, so that `not` means what it says.
 */
export type FilterExpression =
  | FilterCondition
  | { kind: 'and' | 'or'; parts: readonly FilterExpression[] }
  | { kind: 'not'; part: FilterExpression };
