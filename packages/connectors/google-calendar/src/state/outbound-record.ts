import { z } from 'zod';
import { type EventPlace, sourceIdOf } from '../mapping/event-place.ts';

/** For how long the echo of a write is known by its content. */
export const ECHO_TTL_MS = 120_000;
/** How long after a write what Google says of the event is not trusted. */
export const LAG_WINDOW_MS = 600_000;
const MAX_WRITES = 500;
const MAX_DEFERRED = 500;

const WriteSchema = z.object({ calendar: z.string(), event: z.string(), hash: z.string(), at_ms: z.number() });

/** What went to Google lately, and which events are to be read again because of it. */
export const OutboundRecordSchema = z.object({
  /** The newest last. */
  writes: z.array(WriteSchema),
  deferred: z.array(z.object({ calendar: z.string(), event: z.string() })),
});
export type OutboundRecord = z.infer<typeof OutboundRecordSchema>;

/** What is to be done about an event that Google says has changed. */
export type InboundVerdict = 'take' | 'skip' | 'defer';

/** Stands for the content of an event that was deleted. */
export const DELETED_HASH = 'deleted';

/** Notes a write to Google. Past 500 the oldest is forgotten: its event is then taken as any other. */
export function trackWrite(record: OutboundRecord, place: EventPlace, write: { hash: string; now: number }): void {
  const others = fresh(record, write.now).filter((one) => keyOf(one) !== sourceIdOf(place));
  const latest = { calendar: place.calendarId, event: place.eventId, hash: write.hash, at_ms: write.now };
  record.writes = [...others, latest].slice(-MAX_WRITES);
}

/**
 * Decides about an inbound change: `skip` the echo of a write, `defer` whatever else comes of an event that was written
 * lately, `take` the rest.
 * @param inbound.hash of the content that came.
 * @param inbound.now milliseconds since the epoch.
 */
export function judgeInbound(
  record: OutboundRecord,
  place: EventPlace,
  inbound: { hash: string; now: number },
): InboundVerdict {
  const write = record.writes.find((one) => keyOf(one) === sourceIdOf(place));
  if (!write) return 'take';
  const age = inbound.now - write.at_ms;
  if (age < ECHO_TTL_MS && write.hash === inbound.hash) return 'skip';
  return age < LAG_WINDOW_MS ? 'defer' : 'take';
}

/** Notes an event to be read again when its window is over. @returns false when too many wait already. */
export function deferEvent(record: OutboundRecord, place: EventPlace): boolean {
  if (record.deferred.some((one) => keyOf(one) === sourceIdOf(place))) return true;
  if (record.deferred.length >= MAX_DEFERRED) return false;
  record.deferred.push({ calendar: place.calendarId, event: place.eventId });
  return true;
}

/** Takes out events whose window is over. @param options.most how many. */
export function takeDue(record: OutboundRecord, options: { now: number; most: number }): EventPlace[] {
  record.writes = fresh(record, options.now);
  const held = new Set(record.writes.map(keyOf));
  const due = record.deferred.filter((one) => !held.has(keyOf(one))).slice(0, options.most);
  record.deferred = record.deferred.filter((one) => !due.includes(one));
  return due.map(({ calendar, event }) => ({ calendarId: calendar, eventId: event }));
}

function fresh({ writes }: OutboundRecord, now: number): OutboundRecord['writes'] {
  return writes.filter(({ at_ms }) => now - at_ms < LAG_WINDOW_MS);
}

function keyOf({ calendar, event }: { calendar: string; event: string }): string {
  return sourceIdOf({ calendarId: calendar, eventId: event });
}
