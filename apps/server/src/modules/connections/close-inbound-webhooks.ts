import type { Transaction } from '../../platform/database/database.ts';

/**
 * Ends every place at which a Connection is told of what happens, and forgets the secrets.
 * @returns how many there were.
 */
export async function closeInboundWebhooks(transaction: Transaction, connectionId: string, at: Date): Promise<number> {
  const { numUpdatedRows } = await transaction
    .updateTable('inbound_webhooks')
    .set({ disabled: 1, removed: 1, updated_at: at.toISOString() })
    .where('connection_id', '=', connectionId)
    .where('removed', '=', 0)
    .executeTakeFirst();
  await transaction
    .deleteFrom('inbound_webhook_secrets')
    .where('inbound_webhook_id', 'in', (webhook) =>
      webhook.selectFrom('inbound_webhooks').select('id').where('connection_id', '=', connectionId),
    )
    .execute();
  return Number(numUpdatedRows);
}
