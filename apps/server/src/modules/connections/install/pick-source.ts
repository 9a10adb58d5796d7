import type { Transaction } from '../../../platform/database/database.ts';

/**
 * The name stamped onto what a Connection writes: the integration's name, so that a reinstalled connector finds its
 * own items again; with the end of the Connection's id when that name is in use in the space.
 */
export async function pickSource(
  transaction: Transaction,
  spaceId: string,
  integrationName: string,
  connectionId: string,
): Promise<string> {
  const connection = await transaction
    .selectFrom('connections')
    .select('id')
    .where('space_id', '=', spaceId)
    .where('source', '=', integrationName)
    .where('active', '=', 1)
    .executeTakeFirst();
  const key = await transaction
    .selectFrom('api_keys')
    .select('id')
    .where('space_id', '=', spaceId)
    .where('source', '=', integrationName)
    .where('connection_id', 'is', null)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return connection || key ? `${integrationName}-${connectionId.slice(-12)}` : integrationName;
}
