import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MarfaError } from '@withmarfa/shared';
import SqliteDatabase from 'better-sqlite3';
import { errorCode } from './database/storage-fault.ts';
import { Secret } from './secret.ts';

/** How long a start waits for an ending server to let go of the folder, in milliseconds. */
const LOCK_WAIT_MS = 5000;

export interface DataFolder {
  path: string;
  /** @returns the secret of this name, made on the first call and kept (mode 0600) ever after. */
  secret(name: string): Secret;
  /** Lets another server use the folder. */
  release(): void;
}

/**
 * Takes the folder that holds everything the embedded profile keeps, for this process alone.
 * The lock is SQLite's own on a small file: the operating system drops it when the process ends, however it ends.
 * @throws MarfaError `storage_unavailable` when the folder cannot be used, or another server uses it.
 */
export function openDataFolder(path: string): DataFolder {
  const lock = takeLock(path);
  return {
    path,
    secret: (name) => readOrMakeSecret(path, name),
    release: () => lock.close(),
  };
}

function takeLock(path: string): SqliteDatabase.Database {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const lock = new SqliteDatabase(join(path, 'server.lock'), { timeout: LOCK_WAIT_MS });
    lock.exec('begin exclusive');
    return lock;
  } catch (error) {
    if (errorCode(error).startsWith('SQLITE_BUSY')) {
      throw new MarfaError(
        'storage_unavailable',
        `Another Marfa server is using ${path}. Stop it first, or set MARFA_DATA_DIR to another folder.`,
        { cause: error },
      );
    }
    const reason = error instanceof Error ? error.message : String(error);
    throw new MarfaError(
      'storage_unavailable',
      `The data folder ${path} cannot be used (${reason}). Give this user write access, free some space, or set MARFA_DATA_DIR to another folder.`,
      { cause: error },
    );
  }
}

function readOrMakeSecret(folder: string, name: string): Secret {
  const file = join(folder, name);
  if (!existsSync(file)) {
    // Written aside and renamed: a crash leaves either no secret or a whole one.
    const draft = `${file}.draft`;
    writeFileSync(draft, randomBytes(48).toString('base64url'), { mode: 0o600 });
    renameSync(draft, file);
  }
  chmodSync(file, 0o600);
  const value = readFileSync(file, 'utf8').trim();
  if (value.length >= 32) return Secret.of(value);
  throw new MarfaError(
    'storage_unavailable',
    `${file} is damaged: it should hold at least 32 characters. Restore it from a backup; without it keys and sessions are void.`,
  );
}
