import type { Caller } from '../../../platform/caller.ts';
import type { Transaction } from '../../../platform/database/database.ts';
import type { Platform } from '../../../platform/platform.ts';
import { insertSystemItem } from '../../../platform/system-items.ts';

/**
 * Makes the identity of a Connection's runtime credential; its short-lived secrets are minted under it when a run needs
 * one.
 * @returns the id of its `system.credential`.
 */
export async function mintRuntimeCredential(
  transaction: Transaction,
  { caller, integrationName, connectionId }: { caller: Caller; integrationName: string; connectionId: string },
  { newId, now }: Pick<Platform, 'newId' | 'now'>,
): Promise<string> {
  const id = newId();
  await insertSystemItem(transaction, {
    id,
    spaceId: caller.spaceId,
    type: 'system.credential',
    properties: { label: `${integrationName} runtime`, kind: 'api_key', scopes: [], connection_id: connectionId },
    source: caller.source,
    at: now(),
  });
  return id;
}
