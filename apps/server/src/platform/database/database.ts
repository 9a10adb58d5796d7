import type { Kysely, Transaction as KyselyTransaction } from 'kysely';
import type { Commits } from './commits.ts';
import type { Tables } from './tables.ts';

export type Transaction = KyselyTransaction<Tables>;
/** Anything that can run a query: a transaction, or the database outside one. */
export type Queryable = Kysely<Tables>;

/** What each kind of database brings; their differences stay in this folder. */
export interface PlainDatabase {
  readonly dialect: 'sqlite' | 'postgres';
  /** No other process writes: what was read stays true until this one changes it. */
  readonly isSoleWriter: boolean;
  /** Sees committed data only. */
  readonly read: Queryable;
  /**
   * For libraries that bring their own queries and transactions: in the middle of `writeTogether` all of them are part of
   * it, elsewhere each stands for itself.
   */
  readonly shared: Queryable;
  /**
   * Runs a unit of work in a transaction; when the promise resolves, it is on disk. A unit may be run again after a
   * conflict, and shares a commit with others: it must do nothing but query.
   * @throws what the unit throws (then nothing of it was written), or MarfaError `storage_unavailable`.
   */
  write<Result>(unit: (transaction: Transaction) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

/** The record. One schema and one set of queries for SQLite and Postgres. */
export interface Database extends PlainDatabase {
  /**
   * As `write`, for work that itself calls `write` and `read`: all of it, however deep, is part of this one transaction.
   * Nothing of it is on disk before this resolves. What must wait for that asks by `afterCommit`; what runs on in the
   * background uses `apart`.
   */
  writeTogether<Result>(unit: (transaction: Transaction) => Promise<Result>): Promise<Result>;
  /** The same record for what stands for itself: its writes are never part of a transaction around the caller. */
  readonly apart: Database;
  /** Tells of every commit of this process. */
  readonly commits: Commits;
}
