import { setTimeout as wait } from 'node:timers/promises';
import { signWebhook, type WebhookMethod } from '@withmarfa/webhooks/signing';
import { Pool } from 'undici';
import type { PlannedDelivery } from './plan-deliveries.ts';

/** How long GitHub waits for an answer. */
const ANSWER_WITHIN_MS = 10_000;
/** Real senders wait for minutes; what matters is that they come back. */
const RETRY_AFTER_MS = 100;
const CONNECTIONS = 64;

/** Where a sender sends to. */
export interface Receiver {
  method: WebhookMethod;
  webhookId: string;
  secret: string;
}

export interface RetryingSender {
  /** Attempts that were not answered, or with a status that asks to come back. */
  readonly retried: number;
  /** @returns the status that ended it: 202, 200 for a delivery known already, or a refusal. */
  send(delivery: PlannedDelivery, to: Receiver): Promise<number>;
  close(): Promise<void>;
}

/**
 * Sends as GitHub and Stripe do: again, with the same id and signed anew, after a broken connection, a time-out, or an
 * answer that says nothing about the delivery itself.
 * @param untilUp resolves while somebody listens.
 */
export function createRetryingSender(origin: string, untilUp: () => Promise<void>): RetryingSender {
  const pool = new Pool(origin, {
    connections: CONNECTIONS,
    headersTimeout: ANSWER_WITHIN_MS,
    bodyTimeout: ANSWER_WITHIN_MS,
  });
  let retried = 0;

  async function attempt(delivery: PlannedDelivery, { method, webhookId, secret }: Receiver): Promise<number> {
    const signed = await signWebhook(method, {
      secret: delivery.as === 'forged secret' ? `${secret}x` : secret,
      body: delivery.body,
      deliveryId: delivery.deliveryId,
    });
    const answer = await pool.request({
      path: `/webhooks/inbound/${webhookId}`,
      method: 'POST',
      headers: signed.headers,
      body: delivery.as === 'forged body' ? `${delivery.body} ` : signed.body,
    });
    await answer.body.dump();
    return answer.statusCode;
  }

  return {
    get retried() {
      return retried;
    },
    async send(delivery, to) {
      for (;;) {
        await untilUp();
        const status = await attempt(delivery, to).catch(() => null);
        if (status !== null && status < 500 && status !== 429) return status;
        retried += 1;
        await wait(RETRY_AFTER_MS);
      }
    },
    close: () => pool.destroy(),
  };
}
