import type { CalendarContext } from '../manifest.ts';
import type { CalendarEntry } from '../upstream/google-event.ts';

/** Roles that let events be read; with `freeBusyReader` there is nothing to read. */
const READING = new Set(['reader', 'writer', 'owner']);

/** The id that Google gives the calendar which it also calls `primary`. */
export function primaryOf(entries: readonly CalendarEntry[]): string | undefined {
  return entries.find(({ primary }) => primary)?.id;
}

/**
 * Which calendars are followed.
 * @param primary id of the calendar that is called `primary`, if it is known.
 * @returns ids, none of them twice and none of them `primary`, and those that the account does not have.
 */
export function chooseCalendars(
  entries: readonly CalendarEntry[],
  settings: Pick<CalendarContext['configuration'], 'mode' | 'selected_calendar_ids' | 'default_write_calendar_id'>,
  primary: string | undefined,
): { chosen: string[]; missing: string[] } {
  const readable = entries.filter(({ accessRole }) => accessRole === undefined || READING.has(accessRole));
  const ids = new Set(readable.map(({ id }) => id));
  const selected = settings.selected_calendar_ids.length > 0 ? settings.selected_calendar_ids : undefined;
  const wanted =
    settings.mode === 'multi'
      ? (selected ?? [...ids])
      : [selected?.[0] ?? (settings.default_write_calendar_id.trim() || 'primary')];
  const real = [...new Set(wanted.map((id) => (id === 'primary' && primary !== undefined ? primary : id)))];
  return { chosen: real.filter((id) => ids.has(id)), missing: real.filter((id) => !ids.has(id)) };
}
