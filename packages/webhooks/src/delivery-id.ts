import type { Digests } from './digests/digests.ts';
import { writeHex } from './hex.ts';
import type { WebhookMethod } from './webhook-types.ts';

/** Printable ASCII: any database can hold it, and any log show it. */
const PLAIN_ID = /^[\x20-\x7e]{1,255}$/;
const NOTHING = new Uint8Array(0);

/** @returns whether a sender's id can be used as it is. */
export const isPlainId = (id: string): boolean => PLAIN_ID.test(id);

/**
 * Makes one bounded id of what the sender gave.
 * @param given the sender's id. One that is too long, or not printable ASCII, is replaced by its SHA-256 in hex, so that
 *   it still tells deliveries apart.
 * @returns without one, the SHA-256 in hex over the method, the timestamp and the body.
 */
export async function deliveryIdFrom(
  digests: Digests,
  given: string | null,
  delivery: { method: WebhookMethod; timestamp: string; body: Uint8Array },
): Promise<string> {
  if (given !== null && isPlainId(given)) return given;
  if (given) return writeHex(await digests.sha256(given, NOTHING));
  return writeHex(await digests.sha256(`${delivery.method}\n${delivery.timestamp}\n`, delivery.body));
}
