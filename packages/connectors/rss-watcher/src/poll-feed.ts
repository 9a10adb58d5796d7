import type { HandlerResult } from '@withmarfa/runtime-sdk';
import { decodeFeed } from './document/decode-feed.ts';
import type { ParsedFeed } from './document/feed-entry.ts';
import { parseFeed } from './document/parse-feed.ts';
import { sha256 } from './entry/sha-256.ts';
import { feedAddress } from './http/feed-address.ts';
import { type FeedResponse, type FetchedDocument, requestFeed } from './http/request-feed.ts';
import { CURSOR_KEY, type FeedCursor, mergeSeen, openCursor } from './state/feed-cursor.ts';
import { planWrites, type WritePlan } from './state/plan-writes.ts';
import { type RssContext, type WriteReport, writeEntries } from './state/write-entries.ts';

const MAX_BYTES = 5 * 1024 * 1024;
const TIMEOUT_MS = 30_000;
const MAX_ENTRIES = 5_000;

export interface PollOptions {
  /** Milliseconds since the epoch. */
  now: number;
  /** Limit for fetching the feed; default 30 s. */
  timeoutMs?: number;
}

/**
 * Polls the Connection's feed once: asks for it, writes what is new or changed as bookmarks, and only then moves the
 * cursor. A poll that is cut off anywhere is repeated without harm, because each entry has a natural key.
 * @returns a refusal with a reason for whatever the feed's server may send.
 * @throws what the client throws when the space cannot be reached.
 */
export async function pollFeed(ctx: RssContext, options: PollOptions): Promise<HandlerResult> {
  const feedUrl = feedAddress(ctx.configuration.feed_url);
  if (feedUrl === null) {
    const reason = `"${ctx.configuration.feed_url.slice(0, 200)}" is no web address. Give the feed's address in the settings.`;
    return { ok: false, retry: false, reason };
  }
  const before = openCursor(await ctx.cursor.read(CURSOR_KEY), feedUrl);
  const { response, base } = await ask(ctx, before, options);
  switch (response.kind) {
    case 'failed':
      return response.result;
    case 'gone':
      ctx.disarm(`The feed ${feedUrl} is gone for good (HTTP 410). It is not asked any more.`);
      return { ok: true };
    case 'unchanged':
      if (response.movedTo) await ctx.cursor.write(CURSOR_KEY, { ...base, url: response.movedTo });
      return { ok: true };
    case 'document':
      return take(ctx, { document: response.document, movedTo: response.movedTo, before: base, now: options.now });
    default:
      return response satisfies never;
  }
}

/** Asks where the feed moved to; when nothing is there any more, where it was. */
async function ask(
  ctx: RssContext,
  before: FeedCursor,
  options: PollOptions,
): Promise<{ response: FeedResponse; base: FeedCursor }> {
  const request = {
    fetch: ctx.fetch,
    signal: ctx.signal,
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    maxBytes: MAX_BYTES,
    now: options.now,
  };
  const { url, etag, last_modified, ...rest } = before;
  const response = await requestFeed({ url: url ?? before.feed_url, etag, last_modified }, request);
  const isLost = response.kind === 'gone' || (response.kind === 'failed' && !response.result.retry);
  if (url === undefined || !isLost) return { response, base: before };
  return { response: await requestFeed({ url: before.feed_url }, request), base: rest };
}

interface Taken {
  document: FetchedDocument;
  movedTo: string | null;
  before: FeedCursor;
  now: number;
}

async function take(ctx: RssContext, { document, movedTo, before, now }: Taken): Promise<HandlerResult> {
  const { etag, last_modified } = document;
  const hash = sha256(document.bytes);
  const after = { ...before, url: movedTo ?? before.url, etag, last_modified, document: hash };
  if (hash === before.document) {
    await ctx.cursor.write(CURSOR_KEY, after);
    return { ok: true };
  }
  const text = decodeFeed(document.bytes, document.contentType);
  const parsed = parseFeed(text, { url: document.url, maxEntries: MAX_ENTRIES });
  if (!parsed.ok) return { ok: false, retry: parsed.retry, reason: parsed.reason };
  const { feed } = parsed;
  const context = { head: feed, documentUrl: document.url, feedUrl: before.feed_url };
  const plan = planWrites(feed, before, context);
  const report = await writeEntries(ctx, plan, { before, now });
  const crowded = feed.found > feed.entries.length;
  await tell(ctx, { feed, plan, report, before });
  // What was refused is tried again, so the next answer must not be "nothing changed".
  const validators = report.refused > 0 ? { etag: undefined, last_modified: undefined, document: undefined } : {};
  const seen = mergeSeen(plan.seen, before.seen);
  await ctx.cursor.write(CURSOR_KEY, { ...after, ...validators, crowded, seen });
  return { ok: true };
}

/** One row for each thing that a person should know, and only when it is news. */
async function tell(
  ctx: RssContext,
  { feed, plan, report, before }: { feed: ParsedFeed; plan: WritePlan; report: WriteReport; before: FeedCursor },
): Promise<void> {
  const { created, updated, refused, newlyRefused } = report;
  const entries = feed.entries.length;
  ctx.log.info('The feed was read.', { format: feed.format, entries, created, updated, refused });
  const warn = (summary: string, detail: Record<string, unknown>) =>
    ctx.activity.emit({ severity: 'warning', summary, detail: { feed_url: before.feed_url, ...detail } });
  if (plan.skipped > 0) {
    await warn(`${entriesOf(plan.skipped)} of the feed without a web address left out`, { skipped: plan.skipped });
  }
  if (feed.found > entries && !before.crowded) {
    await warn(`The feed has ${feed.found} entries; only the newest ${entries} are kept`, { found: feed.found });
  }
  if (newlyRefused.count > 0) {
    await warn(`${entriesOf(newlyRefused.count)} of the feed refused by the space`, { first: newlyRefused.first });
  }
}

function entriesOf(count: number): string {
  return count === 1 ? '1 entry' : `${count} entries`;
}
