import { type CompiledQuery, createQueryId, type QueryId, type RootOperationNode, sql } from 'kysely';
import type { Database, Queryable } from '../../src/platform/database/database.ts';

/** A way to run queries that remembers each of them. */
export function recordQueries(database: Database): { queryable: Queryable; queries(): CompiledQuery[] } {
  const built = new Map<QueryId, RootOperationNode>();
  const run: RootOperationNode[] = [];
  const queryable = database.read.withPlugin({
    transformQuery({ queryId, node }) {
      built.set(queryId, node);
      return node;
    },
    // Subqueries are built as well; only what is run has a result.
    transformResult({ queryId, result }) {
      const node = built.get(queryId);
      if (node) run.push(node);
      return Promise.resolve(result);
    },
  });
  return {
    queryable,
    queries: () => run.map((node) => database.read.getExecutor().compileQuery(node, createQueryId())),
  };
}

/** What a database does for a query, step by step, in its own words. */
export async function planOf(database: Database, query: CompiledQuery): Promise<string[]> {
  const explain = database.dialect === 'sqlite' ? 'explain query plan ' : 'explain (format json) ';
  const { rows } = await database.read.executeQuery<Record<string, unknown>>({ ...query, sql: explain + query.sql });
  if (database.dialect === 'sqlite') return rows.map((row) => String(row.detail));
  const plans = rows.flatMap((row) => row['QUERY PLAN'] as { Plan: PostgresStep }[]);
  return plans.flatMap(({ Plan }) => stepsOf(Plan));
}

interface PostgresStep {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  Plans?: PostgresStep[];
}

function stepsOf(step: PostgresStep): string[] {
  const words = [step['Node Type'], step['Relation Name'], step['Index Name']].filter((word) => word !== undefined);
  return [words.join(' '), ...(step.Plans ?? []).flatMap(stepsOf)];
}

/** @returns the steps that read a whole table or sort, where an index was to do it. */
export function dearSteps(steps: readonly string[]): string[] {
  return steps.filter((step) => /^SCAN (?!\(|json_each|range)|TEMP B-TREE|Seq Scan|Sort/.test(step));
}

/**
 * Gathers what the planner knows of the tables. Postgres is told of a hundred times the rows: it is right to sort a few
 * thousand, and the question is what it does with millions.
 */
export async function analyze(database: Database): Promise<void> {
  await sql`analyze`.execute(database.shared);
  if (database.dialect === 'postgres')
    await sql`update pg_class set reltuples = reltuples * 100 where relname like 'item%' and reltuples > 0`.execute(
      database.shared,
    );
}
