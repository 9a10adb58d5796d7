import { sql } from 'kysely';
import type { Database, Transaction } from './database.ts';

/**
 * Lets one transaction at a time do what `name` stands for, where a rule spans rows that no index holds together. It ends
 * with the transaction. SQLite has one writer anyway.
 */
export async function advisoryLock(
  transaction: Transaction,
  dialect: Database['dialect'],
  name: string,
): Promise<void> {
  if (dialect === 'postgres')
    await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(transaction);
}
