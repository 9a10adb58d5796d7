import type { HandlerResult, WebhookDelivery } from '@withmarfa/runtime-sdk';
import { readEnvelope } from './envelope/read-envelope.ts';
import { toCapturedEmail } from './item/to-captured-email.ts';
import type { InboxContext } from './manifest.ts';
import { refusalBySpace } from './refusal-by-space.ts';

/**
 * Keeps one mail.
 * @returns a failure for good, with its reason, for whatever the body may hold.
 * @throws what the client throws when the space cannot be reached.
 */
export async function keepMail(ctx: InboxContext, delivery: WebhookDelivery): Promise<HandlerResult> {
  const read = readEnvelope(delivery.body);
  if (!read.ok) return { ok: false, retry: false, reason: read.reason };
  const item = await toCapturedEmail(read.envelope, { receivedAtMs: delivery.verified_at_ms });
  try {
    await ctx.marfa.createItem(item);
  } catch (error) {
    const refusal = refusalBySpace(error);
    if (refusal) return refusal;
    throw error;
  }
  return { ok: true };
}
