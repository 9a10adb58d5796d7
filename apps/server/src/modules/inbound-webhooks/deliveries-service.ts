import { type InboundDelivery, MarfaError } from '@withmarfa/shared';
import type { Caller } from '../../platform/caller.ts';
import type { Transaction } from '../../platform/database/database.ts';
import { lockRows } from '../../platform/database/row-lock.ts';
import { earliestIdAt } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import type { AuditService } from '../audit/index.ts';
import type { ConnectionsService } from '../connections/index.ts';
import { type Replayer, refuseIdle } from '../dead-letters/index.ts';
import { envelopeOf } from './accept-delivery.ts';
import { type HandledDelivery, toDelivery } from './inbound-webhook-shape.ts';
import type { InboundWebhooksService, WebhookPlace } from './inbound-webhooks-service.ts';

/** How long a delivery's id is remembered: longer than any sender of the six kinds tries again. */
const KEEP_RECEIPTS_DAYS = 7;
const DAY_MS = 86_400_000;
/** Removed in one transaction, so that nobody waits long for it. */
const PRUNE_BATCH = 1000;

export interface DeliveriesService {
  list(
    caller: Caller,
    at: WebhookPlace,
    page: { limit: number; before?: string | undefined },
  ): Promise<InboundDelivery[]>;
  /**
   * Has a genuine delivery handled again, as it came.
   * @returns the new run's id.
   * @throws MarfaError `inbound_webhook_event_not_found`, `validation_error` for one that was not genuine, `conflict` while
   *   it is being handled.
   */
  retry(transaction: Transaction, caller: Caller, at: WebhookPlace & { deliveryId: string }): Promise<string>;
  /** Removes receipts of more than a week ago that no message needs. */
  prune(): Promise<void>;
}

export interface DeliveriesDeps {
  platform: Platform;
  connections: ConnectionsService;
  webhooks: InboundWebhooksService;
  audit: AuditService;
  replayer: Replayer;
}

/** What inbound webhooks have received. */
export function createDeliveriesService(deps: DeliveriesDeps): DeliveriesService {
  const { platform, connections, webhooks, audit, replayer } = deps;
  const { database, now } = platform;

  return {
    async list(caller, { connectionId, id }, { limit, before }) {
      await connections.require(database.read, caller.spaceId, connectionId);
      await webhooks.require(database.read, connectionId, id);
      let select = database.read
        .selectFrom('inbound_deliveries as delivery')
        .leftJoin('runs as run', 'run.id', 'delivery.run_id')
        .leftJoin('mailbox_messages as message', 'message.id', 'delivery.run_id')
        .where('delivery.inbound_webhook_id', '=', id)
        .selectAll('delivery')
        .select([
          'run.status as run_status',
          'run.attempt as run_attempt',
          'run.finished_at as run_finished_at',
          'run.error as run_error',
          'message.not_before_ms',
        ]);
      if (before !== undefined) select = select.where('delivery.id', '<', before);
      const rows: HandledDelivery[] = await select.orderBy('delivery.id', 'desc').limit(limit).execute();
      return rows.map(toDelivery);
    },

    async retry(transaction, caller, { connectionId, id, deliveryId }) {
      const connection = await connections.require(transaction, caller.spaceId, connectionId);
      await webhooks.require(transaction, connectionId, id);
      // Locked: pressed twice at the same time, it is handled again once.
      const select = transaction
        .selectFrom('inbound_deliveries')
        .selectAll()
        .where('id', '=', deliveryId)
        .where('connection_id', '=', connectionId)
        .where('inbound_webhook_id', '=', id);
      const receipt = await lockRows(select, database.dialect).executeTakeFirst();
      if (!receipt) throw new MarfaError('inbound_webhook_event_not_found', 'There is no such delivery.');
      if (receipt.verified === 0 || receipt.external_delivery_id === null)
        throw new MarfaError('validation_error', 'This delivery was not genuine; it is never handled.');
      refuseIdle(connection);
      const message = await transaction
        .selectFrom('mailbox_messages')
        .selectAll()
        .where('id', '=', receipt.run_id ?? receipt.id)
        .executeTakeFirst();
      if (message && message.state !== 'dead')
        throw new MarfaError('conflict', 'This delivery is waiting, or being handled, already.');
      const replayOf = receipt.run_id ?? receipt.id;
      const runId =
        (message ? await replayer.revive(transaction, message) : null) ??
        (await replayer.replayReceipt(transaction, {
          id: receipt.id,
          spaceId: receipt.space_id,
          connectionId,
          message: envelopeOf(
            { connectionId, spaceId: receipt.space_id, integrationName: connection.integration_name },
            receipt.external_delivery_id,
            receipt.received_at_ms,
          ),
          replayOf,
        }));
      await audit.record(transaction, caller, {
        action: 'inbound_webhook.replay',
        resource_type: 'inbound_webhook',
        resource_id: id,
        details: {
          connection_id: connectionId,
          delivery_id: receipt.external_delivery_id,
          run_id: runId,
          replay_of: replayOf,
        },
      });
      return runId;
    },

    async prune() {
      const before = earliestIdAt(now().getTime() - KEEP_RECEIPTS_DAYS * DAY_MS);
      for (;;) {
        const removed = await database.write(async (transaction) => {
          const old = await transaction
            .selectFrom('inbound_deliveries as delivery')
            .select('delivery.id')
            .where('delivery.id', '<', before)
            .where((row) =>
              row.not(
                row.exists(
                  row
                    .selectFrom('mailbox_messages as message')
                    .select('message.id')
                    .whereRef('message.id', '=', 'delivery.run_id'),
                ),
              ),
            )
            .limit(PRUNE_BATCH)
            .execute();
          const ids = old.map(({ id }) => id);
          if (ids.length > 0) await transaction.deleteFrom('inbound_deliveries').where('id', 'in', ids).execute();
          return ids.length;
        });
        if (removed < PRUNE_BATCH) return;
      }
    },
  };
}
