import { MarfaError, type QueueMessage } from '@withmarfa/shared';
import type { Selectable } from 'kysely';
import { afterCommit } from '../../platform/database/after-commit.ts';
import type { Transaction } from '../../platform/database/database.ts';
import type { Tables } from '../../platform/database/tables.ts';
import { appendMessage } from '../../platform/mailbox/append-message.ts';
import type { Platform } from '../../platform/platform.ts';

export type DeadRow = Selectable<Tables['mailbox_messages']>;

export interface Replayer {
  /**
   * Puts a dead letter back at the end of its mailbox, as it came, with a run of its own.
   * @returns the new run's id, or null when what already waits says the same.
   */
  revive(transaction: Transaction, dead: DeadRow): Promise<string | null>;
  /** Has a receipt handled again whose message is gone. @returns the new run's id. */
  replayReceipt(
    transaction: Transaction,
    receipt: { id: string; spaceId: string; connectionId: string; message: QueueMessage; replayOf: string },
  ): Promise<string>;
}

/** Replays go by neither signature nor dedupe: they were genuine, and are meant to come again. */
export function createReplayer(
  { newId, now }: Pick<Platform, 'newId' | 'now'>,
  ring: (connectionId: string) => void,
): Replayer {
  return {
    async revive(transaction, dead) {
      const { numDeletedRows } = await transaction
        .deleteFrom('mailbox_messages')
        .where('seq', '=', dead.seq)
        .where('state', '=', 'dead')
        .executeTakeFirst();
      // Somebody else was faster: it is on its way.
      if (numDeletedRows === 0n) return null;
      const id = newId();
      const { accepted } = await appendMessage(transaction, {
        id,
        spaceId: dead.space_id,
        connectionId: dead.connection_id,
        message: asReplay(JSON.parse(dead.payload) as QueueMessage),
        ...(dead.coalesce_key === null ? {} : { coalesceKey: dead.coalesce_key }),
        ...(dead.subject === null ? {} : { subject: dead.subject }),
        ...(dead.receipt_id === null ? {} : { receiptId: dead.receipt_id }),
        replayOf: dead.id,
        queuedAtMs: now().getTime(),
      });
      if (!accepted) return null;
      if (dead.receipt_id !== null) await point(transaction, dead.receipt_id, id);
      afterCommit(transaction, () => ring(dead.connection_id));
      return id;
    },

    async replayReceipt(transaction, { id: receiptId, spaceId, connectionId, message, replayOf }) {
      const id = newId();
      const { accepted } = await appendMessage(transaction, {
        id,
        spaceId,
        connectionId,
        message: asReplay(message),
        receiptId,
        replayOf,
        queuedAtMs: now().getTime(),
      });
      if (!accepted) throw new MarfaError('internal_error', 'The mailbox refused a message without a key.');
      await point(transaction, receiptId, id);
      afterCommit(transaction, () => ring(connectionId));
      return id;
    },
  };
}

function asReplay(message: QueueMessage): QueueMessage {
  return message.kind === 'webhook' ? { ...message, replayed: true } : message;
}

async function point(transaction: Transaction, receiptId: string, runId: string): Promise<void> {
  await transaction.updateTable('inbound_deliveries').set({ run_id: runId }).where('id', '=', receiptId).execute();
}
