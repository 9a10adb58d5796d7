import type { ContextOf, ItemInputOf } from '@withmarfa/runtime-sdk';
import type { manifest } from '../manifest.ts';
import type { FeedCursor } from './feed-cursor.ts';
import { markRefused, type PlannedWrite, type WritePlan } from './plan-writes.ts';

export type RssContext = ContextOf<typeof manifest>;
type BookmarkInput = ItemInputOf<typeof manifest>;

export interface WriteReport {
  created: number;
  updated: number;
  refused: number;
  /** What the space said of the first entry that it refused now and had not refused before. */
  newlyRefused: { count: number; first: string | undefined };
}

/**
 * Writes the planned entries, each on its own, so that one that the space refuses does not hold up the others.
 * @param options.now milliseconds since the epoch: an entry from the future is filed under the present.
 * @throws what the client throws when the space cannot be reached.
 */
export async function writeEntries(
  ctx: Pick<RssContext, 'marfa'>,
  plan: WritePlan,
  options: { before: FeedCursor; now: number },
): Promise<WriteReport> {
  const report: WriteReport = { created: 0, updated: 0, refused: 0, newlyRefused: { count: 0, first: undefined } };
  if (plan.writes.length === 0) return report;
  const items = plan.writes.map((write) => toItem(write, options.now));
  const { counts, results } = await ctx.marfa.bulkUpsert(items, { atomic: false });
  report.created = counts.created;
  report.updated = counts.updated;
  report.refused = counts.errored;
  for (const { index, outcome, error, reason } of results) {
    const write = plan.writes[index];
    if (outcome !== 'errored' || !write || !markRefused(plan, write, options.before)) continue;
    report.newlyRefused.count += 1;
    report.newlyRefused.first ??= `${write.source_id}: ${error?.message ?? reason ?? 'no reason given'}`;
  }
  return report;
}

function toItem({ source_id, bookmark }: PlannedWrite, now: number): BookmarkInput {
  const { published_at } = bookmark;
  const isPast = published_at !== undefined && Date.parse(published_at) <= now;
  const given = Object.entries(bookmark).filter(([, value]) => value !== undefined);
  return {
    type: 'core.bookmark',
    source_id,
    tier: 'feed',
    ...(isPast ? { timestamp: published_at } : {}),
    properties: Object.fromEntries(given),
  };
}
