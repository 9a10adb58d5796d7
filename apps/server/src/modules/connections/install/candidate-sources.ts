import type { Transaction } from '../../../platform/database/database.ts';

/**
 * The names that a Connection's writes may carry, best first: the integration's name, so that a reinstalled connector
 * finds its own items again; with the end of the Connection's id where that name is in use in the space.
 */
export async function candidateSources(
  transaction: Transaction,
  spaceId: string,
  integrationName: string,
  connectionId: string,
): Promise<string[]> {
  const key = await transaction
    .selectFrom('api_keys')
    .select('id')
    .where('space_id', '=', spaceId)
    .where('source', '=', integrationName)
    .where('connection_id', 'is', null)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  const own = `${integrationName}-${connectionId.slice(-12)}`;
  return key ? [own] : [integrationName, own];
}
