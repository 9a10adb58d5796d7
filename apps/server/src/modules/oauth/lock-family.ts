import { advisoryLock } from '../../platform/database/advisory-lock.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';

/**
 * Lets one request at a time work on what came of one authorization: a code or token that comes again has to see, and
 * kill, what is being made of it at that moment.
 * @param family names the authorization: of a code, by the code's hash.
 */
export function lockFamily(transaction: Transaction, dialect: Database['dialect'], family: string): Promise<void> {
  return advisoryLock(transaction, dialect, `family:${family}`);
}
