import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Database } from './database.ts';

type Dialect = Database['dialect'];
type Scalar = string | number | boolean | null;

/** A value inside a column that holds a JSON object as text. Names lead through objects alone, never into lists. */
export interface JsonPlace {
  column: string;
  path: readonly string[];
}

const OPERATORS = { gt: sql`>`, gte: sql`>=`, lt: sql`<`, lte: sql`<=` } as const;
type Order = keyof typeof OPERATORS;

/*
 * Each condition is true or false, never null, for whatever JSON is stored: types are looked at before values, nothing is
 * cast that could fail. Numbers compare as doubles, texts by their code points.
 */

/** Whether the value there equals `value`, type and all. A missing value equals null. */
export function jsonIs(dialect: Dialect, place: JsonPlace, value: Scalar): RawBuilder<SqlBool> {
  if (dialect === 'postgres') {
    const found = postgresValue(place);
    const equal = sql`${found} = ${JSON.stringify(value)}::jsonb`;
    return value === null ? sql<SqlBool>`coalesce(${equal}, true)` : sql<SqlBool>`coalesce(${equal}, false)`;
  }
  const type = sqliteType(place);
  if (value === null) return sql<SqlBool>`coalesce(${type}, 'null') = 'null'`;
  if (typeof value === 'boolean') return sql<SqlBool>`coalesce(${type} = ${String(value)}, false)`;
  if (typeof value === 'string')
    return sql<SqlBool>`coalesce(${type} = 'text' and ${sqliteValue(place)} = ${value}, false)`;
  return sql<SqlBool>`coalesce(${isSqliteNumber(place)} and ${sqliteReal(place)} = cast(${value} as real), false)`;
}

/** Whether the value there is of the same type as `value`, and stands in this order to it. */
export function jsonCompares(
  dialect: Dialect,
  place: JsonPlace,
  { order, value }: { order: Order; value: string | number },
): RawBuilder<SqlBool> {
  const operator = OPERATORS[order];
  if (dialect === 'postgres') {
    const found = postgresValue(place);
    return typeof value === 'number'
      ? sql<SqlBool>`coalesce(jsonb_typeof(${found}) = 'number' and ${found} ${operator} ${JSON.stringify(value)}::jsonb, false)`
      : sql<SqlBool>`coalesce(jsonb_typeof(${found}) = 'string' and (${found} #>> '{}') collate "C" ${operator} ${value}::text, false)`;
  }
  return typeof value === 'number'
    ? sql<SqlBool>`coalesce(${isSqliteNumber(place)} and ${sqliteReal(place)} ${operator} cast(${value} as real), false)`
    : sql<SqlBool>`coalesce(${sqliteType(place)} = 'text' and ${sqliteValue(place)} ${operator} ${value}, false)`;
}

/** Whether the text there has `value` in it, upper and lower case apart, or the list there has it as an entry. */
export function jsonContains(dialect: Dialect, place: JsonPlace, value: Exclude<Scalar, null>): RawBuilder<SqlBool> {
  if (dialect === 'postgres') {
    const found = postgresValue(place);
    const entry = sql`jsonb_typeof(${found}) = 'array' and ${found} @> ${JSON.stringify([value])}::jsonb`;
    if (typeof value !== 'string') return sql<SqlBool>`coalesce(${entry}, false)`;
    const within = sql`jsonb_typeof(${found}) = 'string' and position(${value}::text in ${found} #>> '{}') > 0`;
    return sql<SqlBool>`coalesce((${entry}) or (${within}), false)`;
  }
  const entry = sql`${sqliteType(place)} = 'array' and exists (
    select 1 from json_each(${sql.ref(place.column)}, ${sqlitePath(place)}) as entry where ${sqliteEntryIs(value)})`;
  if (typeof value !== 'string') return sql<SqlBool>`coalesce(${entry}, false)`;
  const within = sql`${sqliteType(place)} = 'text' and instr(${sqliteValue(place)}, ${value}) > 0`;
  return sql<SqlBool>`coalesce((${entry}) or (${within}), false)`;
}

/** An order of a text column by code points, whatever the database's language. */
export function textCompares(
  dialect: Dialect,
  column: string,
  { order, value }: { order: Order; value: string },
): RawBuilder<SqlBool> {
  const text = dialect === 'postgres' ? sql`${sql.ref(column)} collate "C"` : sql.ref(column);
  return sql<SqlBool>`coalesce(${text} ${OPERATORS[order]} ${value}, false)`;
}

/** Whether a text column has `value` in it. */
export function textContains(dialect: Dialect, column: string, value: string): RawBuilder<SqlBool> {
  return dialect === 'postgres'
    ? sql<SqlBool>`coalesce(position(${value}::text in ${sql.ref(column)}) > 0, false)`
    : sql<SqlBool>`coalesce(instr(${sql.ref(column)}, ${value}) > 0, false)`;
}

function postgresValue({ column, path }: JsonPlace): RawBuilder<unknown> {
  // `marfa_json` takes JSON that jsonb refuses: halves of surrogate pairs. By a text, `->` looks into objects alone.
  return path.reduce<RawBuilder<unknown>>(
    (value, name) => sql`(${value} -> ${name}::text)`,
    sql`marfa_json(${sql.ref(column)})`,
  );
}

const sqlitePath = ({ path }: JsonPlace) => `$${path.map((name) => `.${JSON.stringify(name)}`).join('')}`;
const sqliteType = (place: JsonPlace) => sql`json_type(${sql.ref(place.column)}, ${sqlitePath(place)})`;
const sqliteValue = (place: JsonPlace) => sql`json_extract(${sql.ref(place.column)}, ${sqlitePath(place)})`;
// A whole number beyond 2^53 is stored by its shortest digits, which name the double and not the integer.
const sqliteReal = (place: JsonPlace) => sql`cast(${sqliteValue(place)} as real)`;
const isSqliteNumber = (place: JsonPlace) => sql`${sqliteType(place)} in ('integer', 'real')`;

function sqliteEntryIs(value: Exclude<Scalar, null>): RawBuilder<unknown> {
  if (typeof value === 'boolean') return sql`entry.type = ${String(value)}`;
  if (typeof value === 'string') return sql`entry.type = 'text' and entry.value = ${value}`;
  return sql`entry.type in ('integer', 'real') and cast(entry.value as real) = cast(${value} as real)`;
}
