import type { HandlerResult, WebhookDelivery } from '@withmarfa/runtime-sdk';
import { isHandledEvent, readOpened } from './delivery/read-opened.ts';
import { readPayload } from './delivery/read-payload.ts';
import { toBookmark } from './item/to-bookmark.ts';
import type { BookmarkInput, GitHubContext } from './manifest.ts';
import { refusalBySpace } from './refusal-by-space.ts';
import { repositorySetting } from './repository-setting.ts';
import { CURSOR_KEY, openRing, withDelivery } from './state/delivery-ring.ts';

const DONE: HandlerResult = { ok: true };

/**
 * Takes one delivery of GitHub: an issue or a pull request that was opened becomes a bookmark, everything else is
 * acknowledged and forgotten.
 * @returns a failure for good, with its reason, for whatever the body may hold.
 * @throws what the client throws when the space cannot be reached.
 */
export async function keepOpened(ctx: GitHubContext, delivery: WebhookDelivery): Promise<HandlerResult> {
  const event = headerOf(delivery, 'x-github-event');
  if (event === undefined) return refuse('the delivery has no X-GitHub-Event header');
  // Before the body is read: a push may bring 25 MB.
  if (!isHandledEvent(event)) return DONE;
  const setting = repositorySetting(ctx.configuration.repo);
  if (!setting.ok) return refuse(setting.reason);
  const read = readPayload(delivery.body, headerOf(delivery, 'content-type'));
  if (!read.ok) return refuse(read.reason);
  const reading = readOpened(read.payload, { event, repo: setting.repo });
  switch (reading.outcome) {
    case 'ignored':
      return DONE;
    case 'refused':
      return refuse(reading.reason);
    case 'opened': {
      const bookmark = toBookmark(reading.opened, { receivedAtMs: delivery.verified_at_ms });
      return bookmark.ok ? keepOnce(ctx, delivery.delivery_id, bookmark.item) : refuse(bookmark.reason);
    }
    default:
      return reading satisfies never;
  }
}

/** Only deliveries that end here are remembered: pushes and comments would drive them out of the ring. */
async function keepOnce(ctx: GitHubContext, deliveryId: string, item: BookmarkInput): Promise<HandlerResult> {
  const ring = openRing(await ctx.cursor.read(CURSOR_KEY));
  if (ring.deliveries.includes(deliveryId)) return DONE;
  try {
    await ctx.marfa.createItem(item);
  } catch (error) {
    const refusal = refusalBySpace(error);
    if (refusal) return refusal;
    throw error;
  }
  await ctx.cursor.write(CURSOR_KEY, withDelivery(ring, deliveryId));
  return DONE;
}

function refuse(reason: string): HandlerResult {
  return { ok: false, retry: false, reason };
}

function headerOf({ headers }: WebhookDelivery, name: string): string | undefined {
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
}
