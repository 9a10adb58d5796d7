import { type CompiledQuery, type QueryResult, type RawBuilder, sql } from 'kysely';
import type { Queryable } from './database.ts';

const NAME = Symbol('name of the value');

/** Stands for a value that a run binds; never written into the text. */
interface Placeholder {
  readonly [NAME]: string;
}

/** A query of the builder, or one written with `sql`. */
interface Buildable {
  compile(executor: Queryable): CompiledQuery;
}

type Placeholders<Values> = { [Name in keyof Values & string]: RawBuilder<Values[Name]> };

/**
 * A query whose text is built once, for paths where building it costs more than running it.
 *
 * @param names of all values.
 * @param build makes the query; every placeholder is a value that each run gives. It must not depend on anything else.
 * @returns a function that runs it, on the dialect of whatever it is given.
 */
export function preparedQuery<Values extends object, Row = unknown>(
  names: readonly (keyof Values & string)[],
  build: (queryable: Queryable, value: Placeholders<Values>) => Buildable,
): (queryable: Queryable, values: Values) => Promise<QueryResult<Row>> {
  const placeholders = Object.fromEntries(
    names.map((name) => [name, sql.val<Placeholder>({ [NAME]: name })]),
  ) as unknown as Placeholders<Values>;
  // One server has one dialect; a test process may open both.
  const compiled = new Map<unknown, CompiledQuery>();

  return (queryable, values) => {
    const dialect = queryable.getExecutor().adapter.constructor;
    let query = compiled.get(dialect);
    if (!query) {
      query = build(queryable, placeholders).compile(queryable);
      compiled.set(dialect, query);
    }
    const given = values as Readonly<Record<string, unknown>>;
    const parameters = query.parameters.map((parameter) =>
      isPlaceholder(parameter) ? given[parameter[NAME]] : parameter,
    );
    return queryable.executeQuery<Row>({ ...query, parameters });
  };
}

function isPlaceholder(parameter: unknown): parameter is Placeholder {
  return typeof parameter === 'object' && parameter !== null && NAME in parameter;
}
