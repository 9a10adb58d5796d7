import type { EventTime, GoogleEvent } from '../upstream/google-event.ts';
import { instantOf, MOMENT, zoneOrNull } from './zoned-time.ts';

/** When an item begins and ends, in the form it has here. */
export interface ItemTime {
  /** A date, or a date and time. */
  starts_at: string;
  /** As `starts_at`: the first day or moment after the event. */
  ends_at: string;
  timezone: string | null;
  all_day: boolean;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** @returns null when the event says no time that can be read. An event without an end ends when it begins. */
export function readEventTime({ start, end }: Pick<GoogleEvent, 'start' | 'end'>): ItemTime | null {
  const starts_at = momentOf(start);
  if (starts_at === null) return null;
  return {
    starts_at,
    ends_at: momentOf(end) ?? starts_at,
    timezone: zoneOrNull(start?.timeZone),
    all_day: DAY.test(starts_at),
  };
}

/**
 * Reads when an item begins and ends, as a person or another connector may have written it.
 * @returns null when it says no beginning. A missing or senseless end becomes an hour or a day after the beginning; a time
 *   without offset or zone is read as UTC.
 */
export function readItemTime(properties: Record<string, unknown>): ItemTime | null {
  const { starts_at: start, ends_at: end } = properties;
  const timezone = zoneOrNull(properties.timezone);
  if (typeof start !== 'string' || !isMoment(start)) return null;
  if (DAY.test(start) || properties.all_day === true) {
    const starts_at = start.slice(0, 10);
    const day = typeof end === 'string' && isMoment(end) ? end.slice(0, 10) : '';
    return { starts_at, ends_at: day > starts_at ? day : dayAfter(starts_at), timezone, all_day: true };
  }
  const starts_at = complete(start, timezone);
  const given = typeof end === 'string' && isMoment(end) && !DAY.test(end) ? complete(end, timezone) : undefined;
  const begins = instantOf(starts_at, timezone);
  const makesSense = given !== undefined && instantOf(given, timezone) >= begins;
  return { starts_at, ends_at: makesSense ? given : hourAfter(starts_at, begins), timezone, all_day: false };
}

/** @returns the two times as Google takes them; parts of the other kind are `null`, so that a patch removes them. */
export function toEventTimes(time: ItemTime, options: { repeats: boolean }): { start: object; end: object } {
  // A series has to say by which clock it keeps its hour.
  const zone = time.timezone ?? (options.repeats ? 'UTC' : null);
  const one = (at: string) =>
    time.all_day ? { date: at, dateTime: null, timeZone: null } : { date: null, dateTime: at, timeZone: zone };
  return { start: one(time.starts_at), end: one(time.ends_at) };
}

/** @returns a text that is the same for the same time, however it is written. */
export function canonicalTime(time: ItemTime): string {
  if (time.all_day) return `${time.starts_at}/${time.ends_at}`;
  const { timezone } = time;
  return `${instantOf(time.starts_at, timezone)}/${instantOf(time.ends_at, timezone)}@${timezone ?? ''}`;
}

function momentOf(time: EventTime | undefined): string | null {
  const at = time?.date ?? time?.dateTime;
  return at !== undefined && isMoment(at) ? at : null;
}

function isMoment(text: string): boolean {
  return (DAY.test(text) || MOMENT.test(text)) && !Number.isNaN(Date.parse(text));
}

/** Adds seconds, and the `Z` of a time that says neither offset nor zone. */
function complete(moment: string, timezone: string | null): string {
  const [, minutes = '', seconds = ':00', offset = timezone === null ? 'Z' : ''] = MOMENT.exec(moment) ?? [];
  return `${minutes}${seconds}${offset}`;
}

function dayAfter(day: string): string {
  return new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10);
}

/** An hour later in the same form: with an offset as an instant, without one on the clocks of its zone. */
function hourAfter(moment: string, instant: number): string {
  if (MOMENT.exec(moment)?.[3] !== undefined) return new Date(instant + HOUR_MS).toISOString();
  return new Date(Date.parse(`${moment}Z`) + HOUR_MS).toISOString().slice(0, 19);
}
