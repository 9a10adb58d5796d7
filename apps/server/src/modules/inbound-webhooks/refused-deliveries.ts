import type { WebhookRefusal } from '@withmarfa/webhooks';
import { LRUCache } from 'lru-cache';
import type { Transaction } from '../../platform/database/database.ts';
import { UNVERIFIED } from '../../platform/database/index-hints.ts';
import type { Platform } from '../../platform/platform.ts';
import { isWarningDue } from '../../platform/warning-due.ts';
import type { ActivityService } from '../activity/index.ts';
import type { InboundTarget } from './inbound-target.ts';

/** Refused receipts kept of each Connection: whoever floods it pushes out his own alone. */
const KEEP = 200;
/** Bytes kept of a refused body: enough to see what it was meant to be. */
const KEEP_BYTES = 16_384;
/** Refused receipts written for each Connection and minute; what is beyond is refused all the same. */
const WRITES_PER_MINUTE = 60;
const MINUTE_MS = 60_000;
/** So many refused within so long are told to people. */
const BURST = { count: 20, withinMs: 600_000 };

export interface RefusedDelivery {
  target: InboundTarget;
  reason: WebhookRefusal;
  headers: string;
  body: Uint8Array;
}

export interface RefusedDeliveries {
  /** Keeps the beginning of a delivery that was not genuine, and tells people when there are many. */
  record(refused: RefusedDelivery): Promise<void>;
}

export function createRefusedDeliveries(platform: Platform, activity: ActivityService): RefusedDeliveries {
  const { database, newId, now } = platform;
  const written = new LRUCache<string, { count: number }>({ max: 10_000, ttl: MINUTE_MS });

  function mayWrite(connectionId: string): boolean {
    const window = written.get(connectionId) ?? { count: 0 };
    if (window.count === 0) written.set(connectionId, window);
    window.count += 1;
    return window.count <= WRITES_PER_MINUTE;
  }

  return {
    async record({ target, reason, headers, body }) {
      const { connectionId, spaceId } = target;
      if (!mayWrite(connectionId)) return;
      const atMs = now().getTime();
      await database.write(async (transaction) => {
        await transaction
          .insertInto('inbound_deliveries')
          .values({
            id: newId(),
            space_id: spaceId,
            connection_id: connectionId,
            inbound_webhook_id: target.secrets[0]?.webhookId ?? null,
            external_delivery_id: null,
            verified: 0,
            reason,
            headers,
            body: body.subarray(0, KEEP_BYTES),
            size_bytes: body.byteLength,
            received_at_ms: atMs,
            run_id: null,
          })
          .execute();
        await dropOldest(transaction, connectionId);
        await tellOfBurst(transaction, target, { reason, atMs });
      });
    },
  };

  async function tellOfBurst(
    transaction: Transaction,
    { connectionId, spaceId, label }: InboundTarget,
    { reason, atMs }: { reason: string; atMs: number },
  ): Promise<void> {
    const { count } = await refusedOf(transaction, connectionId)
      .select((row) => row.fn.countAll().as('count'))
      .where('received_at_ms', '>', atMs - BURST.withinMs)
      .executeTakeFirstOrThrow();
    if (Number(count) < BURST.count) return;
    const kind = 'webhook_rejected_burst';
    if (!(await isWarningDue(transaction, { connectionId, kind, nowMs: atMs }))) return;
    await activity.record(transaction, spaceId, connectionId, {
      severity: 'warning',
      summary: `${label}: ${count} deliveries within ten minutes were not genuine; the newest: ${reason}`,
      detail: { kind, count: Number(count), reason },
    });
  }
}

function refusedOf(transaction: Transaction, connectionId: string) {
  return transaction
    .selectFrom('inbound_deliveries')
    .where('connection_id', '=', connectionId)
    .where('verified', '=', UNVERIFIED);
}

async function dropOldest(transaction: Transaction, connectionId: string): Promise<void> {
  const last = await refusedOf(transaction, connectionId)
    .select('id')
    .orderBy('id', 'desc')
    .offset(KEEP)
    .limit(1)
    .executeTakeFirst();
  if (!last) return;
  await transaction
    .deleteFrom('inbound_deliveries')
    .where('connection_id', '=', connectionId)
    .where('verified', '=', UNVERIFIED)
    .where('id', '<=', last.id)
    .execute();
}
