import { parseJsonFeed } from 'feedsmith';
import type { EntryCollector } from './entry-collector.ts';
import type { HeadOutcome } from './feed-entry.ts';
import { jsonLimitFault } from './json-limits.ts';
import { jsonEntry, jsonHead } from './map-json.ts';

/** Reads a JSON Feed; its items go to `collector`. */
export function parseJson(text: string, collector: EntryCollector): HeadOutcome {
  const fault = jsonLimitFault(text);
  if (fault) return { ok: false, retry: false, reason: `The JSON at this address ${fault}; that is no feed.` };
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    if (!/[}\]]$/.test(text.trimEnd())) {
      return { ok: false, retry: true, reason: 'The feed breaks off in the middle: it was not sent whole.' };
    }
    const detail = error instanceof Error ? error.message : String(error);
    return { ok: false, retry: false, reason: `The feed is not valid JSON: ${detail.slice(0, 200)}.` };
  }
  try {
    const feed = parseJsonFeed(parsed);
    for (const item of feed.items ?? []) collector.add(jsonEntry(item));
    return { ok: true, unread: 0, head: jsonHead(feed) };
  } catch {
    const reason = 'The address answers with JSON that is no JSON Feed (jsonfeed.org). Use the address of a feed.';
    return { ok: false, retry: false, reason };
  }
}
