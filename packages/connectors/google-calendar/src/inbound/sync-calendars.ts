import type { HandlerResult } from '@withmarfa/runtime-sdk';
import type { CalendarContext } from '../manifest.ts';
import { CURSOR_KEY, openCursor } from '../state/calendar-cursor.ts';
import { takeDue } from '../state/outbound-record.ts';
import { createGoogleCalendar } from '../upstream/google-calendar.ts';
import { type GoogleFailure, toHandlerResult } from '../upstream/google-failure.ts';
import { applyEvents } from './apply-events.ts';
import { chooseCalendars, primaryOf } from './choose-calendars.ts';
import type { Sync } from './sync.ts';
import { newReport, tell } from './sync-report.ts';
import { takePage } from './take-page.ts';

/** Of 250 events each; what is left is for the next run. */
const MAX_PAGES = 20;
const MAX_DUE = 50;

export interface SyncOptions {
  /** Milliseconds since the epoch. */
  now: number;
  /** Default 20. */
  maxPages?: number;
  /** Asked before each page: whether what is left is for the next run. Default never. */
  isLate?: () => boolean;
  /** Reads this calendar alone; the others keep their turns. */
  only?: string;
}

/**
 * Reads what has changed at Google since the last run, and everything in the first one. The cursor moves only when what was
 * read has been written; a sync that is cut off anywhere is repeated without harm.
 * @returns a refusal with a reason for whatever Google may answer.
 * @throws MarfaApiError when the space or the account cannot be reached.
 */
export async function syncCalendars(ctx: CalendarContext, options: SyncOptions): Promise<HandlerResult> {
  const { now } = options;
  const cursor = openCursor(await ctx.cursor.read(CURSOR_KEY));
  const google = createGoogleCalendar(ctx, { now });
  const listed = await google.listCalendars();
  if (!listed.ok) return toHandlerResult(listed);
  cursor.primary = primaryOf(listed.value) ?? cursor.primary;
  const { chosen, missing } = chooseCalendars(listed.value, ctx.configuration, cursor.primary);
  const sync: Sync = { ctx, google, cursor, report: newReport(), now };
  keepOnly(sync, { chosen, missing });

  const { next } = cursor;
  const read = options.only === undefined ? chosen : chosen.filter((id) => id === options.only);
  const failure = (await readDue(sync)) ?? (await readPages(sync, read, options));
  if (options.only !== undefined) cursor.next = next;
  // What was read stays read: under a limit that lasts, a large calendar would otherwise never come to its end.
  if (failure && sync.report.pages === 0) return toHandlerResult(failure);
  if (failure && !cursor.interrupted) sync.report.interrupted = failure.reason;
  cursor.interrupted = failure !== null;
  await tell(ctx, sync.report);
  await ctx.cursor.write(CURSOR_KEY, cursor);
  return { ok: true };
}

/** Forgets calendars that are not followed any more, and tells once of those that the account does not have. */
function keepOnly({ cursor, report }: Sync, { chosen, missing }: { chosen: string[]; missing: string[] }): void {
  const before = cursor.calendars;
  const kept = chosen.map((id) => [id, before[id] ?? {}] as const);
  const lost = missing.map((id) => [id, { ...before[id], lost: true }] as const);
  report.lost.push(...missing.filter((id) => !before[id]?.lost));
  cursor.calendars = Object.fromEntries([...kept, ...lost]);
}

/** Reads again the events that were put off because they had just been written. */
async function readDue(sync: Sync): Promise<GoogleFailure | null> {
  for (const place of takeDue(sync.cursor.outbound, { now: sync.now, most: MAX_DUE })) {
    const answer = await sync.google.getEvent(place.calendarId, place.eventId);
    if (!answer.ok && answer.kind === 'later') return answer;
    // What cannot be found may only be out of sight, with its calendar; a listing tells of deletions.
    const deleted = !answer.ok && answer.kind === 'gone' ? { id: place.eventId, status: 'cancelled' } : null;
    const event = answer.ok ? answer.value : deleted;
    if (event) await applyEvents(sync, [event], { calendarId: place.calendarId, mayBeHere: true });
  }
  return null;
}

/**
 * Takes pages in turn, one of each calendar, so that a large one does not keep the others waiting; the next sync begins with
 * the calendar whose turn it would have been. One that fails by itself is passed over; a limit concerns all of them.
 */
async function readPages(
  sync: Sync,
  calendars: readonly string[],
  { maxPages = MAX_PAGES, isLate = () => false }: SyncOptions,
): Promise<GoogleFailure | null> {
  const { cursor } = sync;
  const first = Math.max(0, calendars.indexOf(cursor.next ?? ''));
  const open = [...calendars.slice(first), ...calendars.slice(0, first)];
  let failure: GoogleFailure | null = null;
  for (let pages = 0; pages < maxPages && !isLate(); pages += 1) {
    const calendarId = open.shift();
    if (calendarId === undefined) break;
    const outcome = await takePage(sync, calendarId);
    if (outcome === 'more') open.push(calendarId);
    if (typeof outcome !== 'object') continue;
    failure ??= outcome;
    if (outcome.retryAfterSeconds === undefined) continue;
    open.unshift(calendarId);
    break;
  }
  cursor.next = open[0];
  return failure;
}
