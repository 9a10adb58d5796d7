import type { Database, Transaction } from '../../platform/database/database.ts';
import { claimRows } from '../../platform/database/row-lock.ts';
import type { Platform } from '../../platform/platform.ts';
import { Secret } from '../../platform/secret.ts';
import type { SecretBox } from '../../platform/secret-box.ts';
import { retryDelayMs } from './retry-delay.ts';
import { type DeliveryOutcome, type OutgoingDelivery, type SendDeps, sendDelivery } from './send-delivery.ts';
import type { DeliveryRow } from './webhook-shape.ts';
import { WEBHOOK_SECRET_PURPOSE } from './webhooks-service.ts';

/** A receiver that does not answer holds up so many of its own deliveries, and nobody else's. */
const AT_ONCE_PER_WEBHOOK = 4;
const AT_ONCE = 64;
/** A claim that was not settled by then belongs to a process that died; longer than a delivery can take. */
const CLAIM_MS = 60_000;

/** A delivery that this process has taken upon itself. */
interface Claimed extends Pick<DeliveryRow, 'id' | 'webhook_id' | 'event' | 'event_id' | 'body' | 'attempts'> {
  url: string;
  /** Sealed. */
  secret: string;
  claim: string;
  claimedAt: Date;
}

export interface DeliverDueDeps {
  platform: Pick<Platform, 'database' | 'now' | 'newId' | 'logger'>;
  box: SecretBox;
  fetch: SendDeps['fetch'];
  /** Called whenever a delivery has been settled. */
  onSettled(): void;
}

export interface DeliverDue {
  /** Begins to send what is due, as far as there is room. */
  start(): Promise<void>;
  /** Cuts off what is under way and gives it back, to be sent by the next who looks. */
  stop(): Promise<void>;
}

/** Sends deliveries at their time. Each is claimed in the database first, so that no two processes send one attempt. */
export function createDeliverDue({ platform, box, fetch, onSettled }: DeliverDueDeps): DeliverDue {
  const { database, now, newId, logger } = platform;
  const stopping = new AbortController();
  const underWay = new Map<string, number>();
  const work = new Set<Promise<void>>();

  async function deliver(claimed: Claimed): Promise<void> {
    const outcome = await send(claimed);
    await database.write((transaction) => settle(transaction, claimed, outcome));
  }

  async function send(claimed: Claimed): Promise<DeliveryOutcome> {
    const { id, url, event, event_id, body } = claimed;
    let secret: Secret;
    try {
      secret = Secret.of(box.open(WEBHOOK_SECRET_PURPOSE, claimed.webhook_id, claimed.secret));
    } catch (error) {
      logger.error({ error, webhook_id: claimed.webhook_id }, 'the secret of a webhook cannot be opened');
      return { kind: 'failed', reason: 'the secret cannot be opened on this server' };
    }
    const delivery: OutgoingDelivery = { id, url, event, eventId: event_id, body, secret };
    return sendDelivery(delivery, { fetch, now, signal: stopping.signal });
  }

  async function settle(transaction: Transaction, claimed: Claimed, outcome: DeliveryOutcome): Promise<void> {
    await transaction
      .updateTable('webhook_deliveries')
      .set({ ...settlement(claimed, outcome), claim: null })
      .where('id', '=', claimed.id)
      .where('claim', '=', claimed.claim)
      .execute();
  }

  function begin(claimed: Claimed): void {
    const { webhook_id } = claimed;
    underWay.set(webhook_id, (underWay.get(webhook_id) ?? 0) + 1);
    const promise = deliver(claimed)
      // What was claimed comes back by itself.
      .catch((error: unknown) => logger.warn({ error, delivery_id: claimed.id }, 'a delivery could not be settled'))
      .finally(() => {
        const left = (underWay.get(webhook_id) ?? 1) - 1;
        if (left === 0) underWay.delete(webhook_id);
        else underWay.set(webhook_id, left);
        work.delete(promise);
        onSettled();
      });
    work.add(promise);
  }

  return {
    async start() {
      const at = now();
      for (const webhookId of await webhooksWithDue(database, at.getTime())) {
        const room = Math.min(AT_ONCE_PER_WEBHOOK - (underWay.get(webhookId) ?? 0), AT_ONCE - work.size);
        if (room <= 0) continue;
        const taken = await database.write((transaction) =>
          claim(transaction, database.dialect, { webhookId, limit: room, at, token: newId() }),
        );
        if (stopping.signal.aborted) return;
        for (const claimed of taken) begin(claimed);
      }
    },
    async stop() {
      stopping.abort();
      await Promise.allSettled(work);
    },
  };
}

/** What a delivery becomes by its outcome. Retries are counted from the beginning of the attempt. */
export function settlement({ attempts, claimedAt }: Pick<Claimed, 'attempts' | 'claimedAt'>, outcome: DeliveryOutcome) {
  if (outcome.kind === 'stopped') return { due_at_ms: claimedAt.getTime(), attempts: attempts - 1 };
  const response_status = outcome.kind === 'answered' ? outcome.status : null;
  if (response_status !== null && response_status >= 200 && response_status < 300) {
    return { status: 'delivered', response_status, failure: null, due_at_ms: null };
  }
  const failure = outcome.kind === 'failed' ? outcome.reason : `answered ${outcome.status}`;
  const delayMs = retryDelayMs(attempts);
  if (delayMs === null) return { status: 'failed', response_status, failure, due_at_ms: null };
  return { response_status, failure, due_at_ms: claimedAt.getTime() + delayMs };
}

/** Webhook by webhook, so that the many waiting for one do not stand before the few waiting for another. */
async function webhooksWithDue(database: Database, nowMs: number): Promise<string[]> {
  const rows = await database.read
    .selectFrom('webhooks')
    .select('id')
    .where('active', '=', 1)
    .where((row) =>
      row.exists(
        row
          .selectFrom('webhook_deliveries')
          .select('webhook_deliveries.id')
          .whereRef('webhook_deliveries.webhook_id', '=', 'webhooks.id')
          .where('due_at_ms', '<=', nowMs),
      ),
    )
    .execute();
  return rows.map((row) => row.id);
}

async function claim(
  transaction: Transaction,
  dialect: Database['dialect'],
  { webhookId, limit, at, token }: { webhookId: string; limit: number; at: Date; token: string },
): Promise<Claimed[]> {
  const webhook = await transaction
    .selectFrom('webhooks')
    .select(['url', 'secret'])
    .where('id', '=', webhookId)
    .where('active', '=', 1)
    .executeTakeFirst();
  if (!webhook) return [];
  const select = transaction
    .selectFrom('webhook_deliveries')
    .select(['id', 'webhook_id', 'event', 'event_id', 'body', 'attempts'])
    .where('webhook_id', '=', webhookId)
    .where('due_at_ms', '<=', at.getTime())
    .orderBy('due_at_ms')
    .orderBy('id')
    .limit(limit);
  const rows = await claimRows(select, dialect).execute();
  if (rows.length === 0) return [];
  await transaction
    .updateTable('webhook_deliveries')
    .set((row) => ({
      claim: token,
      attempts: row('attempts', '+', 1),
      due_at_ms: at.getTime() + CLAIM_MS,
      last_attempt_at: at.toISOString(),
    }))
    .where(
      'id',
      'in',
      rows.map((row) => row.id),
    )
    .execute();
  return rows.map((row) => ({ ...row, ...webhook, attempts: row.attempts + 1, claim: token, claimedAt: at }));
}
