import type { Selectable } from 'kysely';
import type { Queryable, Transaction } from '../../platform/database/database.ts';
import type { Tables } from '../../platform/database/tables.ts';

/** One sign-in on a device without a browser, from its start until its tokens are fetched. */
export type DeviceCode = Selectable<Tables['device_codes']>;

export async function insertDeviceCode(transaction: Transaction, row: DeviceCode): Promise<void> {
  await transaction.insertInto('device_codes').values(row).execute();
}

export async function findByDeviceHash(queryable: Queryable, hash: string): Promise<DeviceCode | null> {
  const row = await queryable.selectFrom('device_codes').selectAll().where('device_hash', '=', hash).executeTakeFirst();
  return row ?? null;
}

/** @returns the code that a person may still decide about. */
export async function findPending(queryable: Queryable, userCode: string, nowMs: number): Promise<DeviceCode | null> {
  const row = await queryable
    .selectFrom('device_codes')
    .selectAll()
    .where('user_code', '=', userCode)
    .where('status', '=', 'pending')
    .where('expires_at_ms', '>', nowMs)
    .executeTakeFirst();
  return row ?? null;
}

/** @returns false when somebody else decided before, or it was too late. */
export async function settlePending(
  transaction: Transaction,
  { userCode, nowMs }: { userCode: string; nowMs: number },
  decided: Partial<DeviceCode>,
): Promise<boolean> {
  const result = await transaction
    .updateTable('device_codes')
    .set(decided)
    .where('user_code', '=', userCode)
    .where('status', '=', 'pending')
    .where('expires_at_ms', '>', nowMs)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export async function notePoll(
  transaction: Transaction,
  hash: string,
  poll: { polled_at_ms: number; interval_seconds: number },
): Promise<void> {
  await transaction.updateTable('device_codes').set(poll).where('device_hash', '=', hash).execute();
}

export async function setStatus(transaction: Transaction, hash: string, status: string): Promise<void> {
  await transaction.updateTable('device_codes').set({ status }).where('device_hash', '=', hash).execute();
}
