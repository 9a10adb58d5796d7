import type { Outbound } from '../../platform/outbound-fetch.ts';
import type { Secret } from '../../platform/secret.ts';
import { signDelivery } from './sign-delivery.ts';

const TIMEOUT_MS = 15_000;

/** One delivery as it goes out. */
export interface OutgoingDelivery {
  id: string;
  url: string;
  event: string;
  eventId: string;
  body: string;
  secret: Secret;
}

/** `stopped`: this server gave up before the receiver had a fair chance. */
export type DeliveryOutcome =
  | { kind: 'answered'; status: number }
  | { kind: 'failed'; reason: string }
  | { kind: 'stopped' };

export interface SendDeps {
  fetch: Outbound['fetch'];
  now(): Date;
  /** Aborts when the server stops. */
  signal: AbortSignal;
}

/** Posts a delivery, once: no redirect is followed, and nothing of the answer but its status is read. */
export async function sendDelivery(
  delivery: OutgoingDelivery,
  { fetch, now, signal }: SendDeps,
): Promise<DeliveryOutcome> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const response = await fetch(delivery.url, {
      method: 'POST',
      redirect: 'manual',
      signal: AbortSignal.any([timeout, signal]),
      headers: {
        'Content-Type': 'application/json',
        'User-Agent': 'Marfa-Webhooks',
        'X-Marfa-Event': delivery.event,
        'X-Marfa-Event-Id': delivery.eventId,
        'X-Marfa-Delivery-Id': delivery.id,
        'X-Marfa-Signature': signDelivery({ body: delivery.body, secret: delivery.secret.reveal(), at: now() }),
      },
      body: delivery.body,
    });
    await response.body?.cancel();
    return { kind: 'answered', status: response.status };
  } catch (error) {
    if (signal.aborted) return { kind: 'stopped' };
    if (timeout.aborted) return { kind: 'failed', reason: `no answer within ${TIMEOUT_MS / 1000} s` };
    return { kind: 'failed', reason: reasonOf(error) };
  }
}

/** A network fault comes wrapped as `fetch failed`; its code says what happened, and its text may hold addresses. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'the request failed';
  const { cause } = error;
  if (typeof cause === 'object' && cause !== null && 'code' in cause && typeof cause.code === 'string') {
    return `no connection: ${cause.code}`;
  }
  return error.message.slice(0, 200);
}
