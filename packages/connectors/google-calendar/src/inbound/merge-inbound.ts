import type { Item } from '@withmarfa/runtime-sdk';
import { hashParts, type Part, PROPERTIES_OF, type Properties, syncedOf } from '../mapping/event-parts.ts';

/**
 * Decides what of an event is written onto its item. A part that was changed here since Google had it last, and is on its
 * way there, stays as it is, unless Google's event was changed in the same part and later.
 * @param upstream the event as properties.
 * @param options.updated when Google's event was changed, if it says so.
 */
export function mergeInbound(item: Item, upstream: Properties, options: { updated: string | undefined }): Properties {
  const synced = syncedOf(item.properties);
  if (synced === null) return upstream;
  const here = hashParts(item.properties);
  const there = hashParts(upstream);
  const isLater = Date.parse(item.updated_at) > Date.parse(options.updated ?? '');
  const stays = (part: Part) => here[part] !== synced[part] && (there[part] === synced[part] || isLater);
  const kept = (Object.keys(PROPERTIES_OF) as Part[]).filter(stays).flatMap((part) => PROPERTIES_OF[part]);
  return Object.fromEntries(Object.entries(upstream).filter(([name]) => !kept.includes(name)));
}
