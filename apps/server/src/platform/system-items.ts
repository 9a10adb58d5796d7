import type { Properties, Tier } from '@withmarfa/shared';
import type { Queryable, Transaction } from './database/database.ts';
import { appendItemEvent } from './event-log/append-item-event.ts';

/** What every `system.*` item has; such items carry no tags, and are written by the platform alone. */
export interface NewSystemItem {
  id: string;
  spaceId: string;
  type: `system.${string}`;
  properties: Properties;
  /** Name of the credential that caused it. */
  source: string;
  /** Activity rows alone may have one. */
  tier?: Tier | null;
  at: Date;
}

/** The source of rows that the platform writes by itself. */
export const PLATFORM_SOURCE = 'marfa';

export async function insertSystemItem(transaction: Transaction, item: NewSystemItem): Promise<void> {
  const at = item.at.toISOString();
  const row = {
    id: item.id,
    space_id: item.spaceId,
    type: item.type,
    properties: JSON.stringify(item.properties),
    state: 'active',
    tier: item.tier ?? null,
    version: 1,
    schema_version: '1.0.0',
    source: item.source,
    source_id: null,
    device: null,
    capture_latitude: null,
    capture_longitude: null,
    timestamp: at,
    created_at: at,
    updated_at: at,
  };
  await transaction.insertInto('items').values(row).execute();
  await appendItemEvent(transaction, 'item.created', row, null);
}

/**
 * Merges server-written facts (a status, a last use) into a system item. They are no edits: the version stays, and no
 * event tells of them. A value of undefined removes the property.
 */
export async function mergeSystemItem(
  transaction: Transaction,
  spaceId: string,
  id: string,
  changes: Properties,
): Promise<void> {
  const row = await transaction
    .selectFrom('items')
    .select('properties')
    .where('space_id', '=', spaceId)
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row) return;
  const properties = { ...(JSON.parse(row.properties) as Properties), ...changes };
  await transaction
    .updateTable('items')
    .set({ properties: JSON.stringify(properties) })
    .where('space_id', '=', spaceId)
    .where('id', '=', id)
    .execute();
}

/** Moves a system item to `revoked`, its final state. @returns false when it was there already or never was. */
export async function revokeSystemItem(
  transaction: Transaction,
  spaceId: string,
  id: string,
  at: Date,
): Promise<boolean> {
  const row = await transaction
    .updateTable('items')
    .set((row) => ({ state: 'revoked', version: row('version', '+', 1), updated_at: at.toISOString() }))
    .where('space_id', '=', spaceId)
    .where('id', '=', id)
    .where('state', '=', 'active')
    .returningAll()
    .executeTakeFirst();
  if (!row) return false;
  await appendItemEvent(transaction, 'item.state_changed', row, null);
  return true;
}

/** Replaces the properties of a live system item, as an edit: the version rises. */
export async function editSystemItem(
  transaction: Transaction,
  spaceId: string,
  id: string,
  { properties, at }: { properties: Properties; at: Date },
): Promise<void> {
  const row = await transaction
    .updateTable('items')
    .set((row) => ({
      properties: JSON.stringify(properties),
      version: row('version', '+', 1),
      updated_at: at.toISOString(),
    }))
    .where('space_id', '=', spaceId)
    .where('id', '=', id)
    .where('state', '=', 'active')
    .returningAll()
    .executeTakeFirst();
  if (row) await appendItemEvent(transaction, 'item.updated', row, null);
}

/** @returns the properties of a system item of this space and type, with its state, or null. */
export async function findSystemItem(
  queryable: Queryable,
  spaceId: string,
  id: string,
  type: `system.${string}`,
): Promise<{ properties: Properties; state: string } | null> {
  const row = await queryable
    .selectFrom('items')
    .select(['properties', 'state'])
    .where('space_id', '=', spaceId)
    .where('id', '=', id)
    .where('type', '=', type)
    .executeTakeFirst();
  return row ? { properties: JSON.parse(row.properties) as Properties, state: row.state } : null;
}
