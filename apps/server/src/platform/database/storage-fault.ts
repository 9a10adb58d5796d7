import { MarfaError } from '@withmarfa/shared';

const UNAVAILABLE_SQLITE = /^SQLITE_(BUSY|CANTOPEN|CORRUPT|FULL|IOERR|LOCKED|NOTADB|PERM|READONLY)/;
/** Postgres classes: connection exception, insufficient resources, operator intervention, system error. */
const UNAVAILABLE_POSTGRES = /^(08|53|57|58)/;
/** What the Postgres driver says without a code. */
const LOST_POSTGRES = /^Connection terminated|is not queryable|timeout exceeded when trying to connect/;
const UNAVAILABLE_SYSTEM = /^(ECONN|ENOSPC|EROFS|EACCES|ENOENT|EPIPE|ETIMEDOUT|EDQUOT|EIO)/;

/** @returns a `storage_unavailable` error when the store itself failed, else the error as it is. */
export function asStorageFault(error: unknown): unknown {
  if (MarfaError.is(error)) return error;
  const code = errorCode(error);
  const message = error instanceof Error ? error.message : '';
  const isStorage =
    LOST_POSTGRES.test(message) ||
    UNAVAILABLE_SQLITE.test(code) ||
    UNAVAILABLE_POSTGRES.test(code) ||
    UNAVAILABLE_SYSTEM.test(code);
  if (!isStorage) return error;
  return new MarfaError(
    'storage_unavailable',
    'The data store cannot be used right now; nothing was changed. Try again later.',
    {
      cause: error,
    },
  );
}

/** @returns the driver's code, such as `SQLITE_FULL` or `40001`, or an empty string. */
export function errorCode(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : '';
}

/** @returns whether a write refers to a row that is not there, or not any more. */
export function isForeignKeyViolation(error: unknown): boolean {
  return ['SQLITE_CONSTRAINT_FOREIGNKEY', '23503'].includes(errorCode(error));
}

/** @returns whether a write was refused by a unique index. */
export function isUniqueViolation(error: unknown): boolean {
  const code = errorCode(error);
  return code === '23505' || code === 'SQLITE_CONSTRAINT_UNIQUE' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY';
}
