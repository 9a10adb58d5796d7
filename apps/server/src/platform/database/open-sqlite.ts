import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { MarfaError } from '@withmarfa/shared';
import SqliteDatabase from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import type { PlainDatabase } from './database.ts';
import { createGroupCommit } from './group-commit.ts';
import { errorCode } from './storage-fault.ts';
import type { Tables } from './tables.ts';

/** Prepared statements kept per connection; the server's queries are a few hundred distinct texts. */
const MAX_STATEMENTS = 500;

/**
 * Opens a SQLite file in WAL mode, `synchronous=FULL`: a commit is on disk. One connection writes, with group commit;
 * another reads, and so never sees what is not committed.
 */
export function openSqlite(path: string): PlainDatabase {
  const [writer, reader] = openConnections(path);
  const write = new Kysely<Tables>({ dialect: new SqliteDialect({ database: withStatementCache(writer) }) });
  const read = new Kysely<Tables>({ dialect: new SqliteDialect({ database: withStatementCache(reader) }) });
  const group = createGroupCommit(write);
  return {
    dialect: 'sqlite',
    isSoleWriter: true,
    read,
    shared: write,
    write: group.write,
    async close() {
      await group.drain();
      await read.destroy();
      await write.destroy();
    },
  };
}

function openConnections(path: string) {
  try {
    mkdirSync(dirname(path), { recursive: true });
    const writer = new SqliteDatabase(path, { timeout: 5000 });
    writer.pragma('journal_mode = WAL');
    writer.pragma('synchronous = FULL');
    writer.pragma('foreign_keys = ON');
    // Proves that the folder takes writes before anybody relies on it.
    writer.exec(
      'begin immediate; create table if not exists settings (key text primary key, value text not null); commit',
    );
    const reader = new SqliteDatabase(path, { timeout: 5000 });
    reader.pragma('query_only = ON');
    return [writer, reader] as const;
  } catch (error) {
    throw new MarfaError('storage_unavailable', explain(path, error), { cause: error });
  }
}

function explain(path: string, error: unknown): string {
  const code = errorCode(error);
  if (/READONLY|EROFS|EACCES|PERM/.test(code)) {
    return `The database ${path} cannot be written. Give this user write access to the file and its folder, or set MARFA_DATA_DIR to another folder.`;
  }
  if (/FULL|ENOSPC|EDQUOT/.test(code))
    return `The disk that holds ${path} is full. Free some space and start again; no data was lost.`;
  if (/NOTADB|CORRUPT/.test(code)) {
    return `${path} is not a usable SQLite database. Restore it from a backup, or set MARFA_DATA_DIR to another folder.`;
  }
  if (/ENOTDIR|EEXIST|CANTOPEN|ENOENT/.test(code)) {
    return `The database ${path} cannot be opened: its folder cannot be made, is not a folder, or is read-only. Set MARFA_DATA_DIR to a folder this user can write.`;
  }
  return `The database ${path} cannot be opened: ${error instanceof Error ? error.message : String(error)}`;
}

function withStatementCache(connection: SqliteDatabase.Database) {
  const statements = new Map<string, SqliteDatabase.Statement<unknown[]>>();
  return {
    close: () => connection.close(),
    prepare(sql: string) {
      const known = statements.get(sql);
      if (known) return known;
      const statement = connection.prepare<unknown[]>(sql);
      if (statements.size >= MAX_STATEMENTS) statements.clear();
      statements.set(sql, statement);
      return statement;
    },
  };
}
