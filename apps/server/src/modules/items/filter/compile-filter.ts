import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import type { Database } from '../../../platform/database/database.ts';
import {
  jsonCompares,
  jsonContains,
  jsonIs,
  textCompares,
  textContains,
} from '../../../platform/database/json-conditions.ts';
import type { Tables } from '../../../platform/database/tables.ts';
import type { FilterCondition, FilterExpression, OrderOperator, SystemField } from './filter-expression.ts';

type Items = ExpressionBuilder<Tables, 'items'>;

/** Turns a filter into a condition on rows of `items`. Values travel as parameters, and so do the names of properties. */
export function compileFilter(
  dialect: Database['dialect'],
  filter: FilterExpression,
): (items: Items) => Expression<SqlBool> {
  return (items) => compile(dialect, items, filter);
}

function compile(dialect: Database['dialect'], items: Items, filter: FilterExpression): Expression<SqlBool> {
  switch (filter.kind) {
    case 'and':
      return items.and(filter.parts.map((part) => compile(dialect, items, part)));
    case 'or':
      return items.or(filter.parts.map((part) => compile(dialect, items, part)));
    case 'not':
      return items.not(items.parens(compile(dialect, items, filter.part)));
    case 'is':
    case 'order':
    case 'contains':
      return filter.field.kind === 'property'
        ? onProperty(dialect, { column: 'items.properties', path: filter.field.path }, filter)
        : onField(dialect, filter.field.name, filter);
    default:
      return filter satisfies never;
  }
}

function onProperty(
  dialect: Database['dialect'],
  place: { column: string; path: readonly string[] },
  condition: FilterCondition,
): Expression<SqlBool> {
  switch (condition.kind) {
    case 'is':
      return jsonIs(dialect, place, condition.value);
    case 'order':
      return jsonCompares(dialect, place, { order: condition.operator, value: condition.value });
    case 'contains':
      return jsonContains(dialect, place, condition.value);
    default:
      return condition satisfies never;
  }
}

const ORDERS = { gt: sql`>`, gte: sql`>=`, lt: sql`<`, lte: sql`<=` } as const satisfies Record<OrderOperator, unknown>;

function onField(dialect: Database['dialect'], name: SystemField, condition: FilterCondition): Expression<SqlBool> {
  const column = `items.${name}`;
  const { value } = condition;
  if (value === null) return sql<SqlBool>`${sql.ref(column)} is null`;
  if (typeof value === 'string' && condition.kind === 'order')
    return textCompares(dialect, column, { order: condition.operator, value });
  if (condition.kind === 'contains') return textContains(dialect, column, String(value));
  if (typeof value === 'string') return sql<SqlBool>`coalesce(${sql.ref(column)} = ${value}, false)`;
  const operator = condition.kind === 'order' ? ORDERS[condition.operator] : sql`=`;
  const number = sql`cast(${sql.ref(column)} as double precision)`;
  return sql<SqlBool>`coalesce(${number} ${operator} cast(${value} as double precision), false)`;
}
