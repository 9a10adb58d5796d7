import type { CalendarState } from '../state/calendar-cursor.ts';
import type { GoogleFailure } from '../upstream/google-failure.ts';
import { applyEvents } from './apply-events.ts';
import type { Sync } from './sync.ts';

/**
 * Reads one page of a calendar and writes it onto items.
 * @returns `more` when there is another page, `done` when there is none; a failure that concerns every calendar.
 */
export async function takePage(sync: Sync, calendarId: string): Promise<'more' | 'done' | GoogleFailure> {
  const { google, cursor, report } = sync;
  const state: CalendarState = cursor.calendars[calendarId] ?? {};
  const answer = await google.listEvents(calendarId, state);
  if (!answer.ok) return judge(sync, { calendarId, state, failure: answer });

  // In the first listing there is nothing to find, and looking for it is most of the work.
  const mayBeHere = state.sync_token !== undefined || state.relisting === true;
  await applyEvents(sync, answer.value.items, { calendarId, mayBeHere });
  report.pages += 1;
  const { nextPageToken, nextSyncToken } = answer.value;
  if (nextPageToken !== undefined) {
    cursor.calendars[calendarId] = { ...state, page_token: nextPageToken };
    return 'more';
  }
  // A last page without a token would have the next run begin anew; the old token tells more than it must, and no less.
  cursor.calendars[calendarId] = withoutUndefined({ sync_token: nextSyncToken ?? state.sync_token });
  return 'done';
}

function judge(
  { cursor, report }: Sync,
  { calendarId, state, failure }: { calendarId: string; state: CalendarState; failure: GoogleFailure },
): 'more' | 'done' | GoogleFailure {
  if (failure.kind === 'later') return failure;
  // A token that is not taken any more, 410 for one of a sync and 400 for one of a page: everything is listed again.
  // Items are found by their key, so that none is doubled, and deleted events are part of the listing.
  if (state.sync_token !== undefined || state.page_token !== undefined) {
    cursor.calendars[calendarId] = { relisting: true };
    return 'more';
  }
  if (!state.lost) report.lost.push(calendarId);
  cursor.calendars[calendarId] = { lost: true };
  return 'done';
}

function withoutUndefined({ sync_token }: { sync_token: string | undefined }): CalendarState {
  return sync_token === undefined ? {} : { sync_token };
}
