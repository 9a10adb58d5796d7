import type { CalendarContext } from '../manifest.ts';
import type { CalendarCursor } from '../state/calendar-cursor.ts';
import type { GoogleCalendar } from '../upstream/google-calendar.ts';
import type { SyncReport } from './sync-report.ts';

/** What the steps of one sync share. */
export interface Sync {
  ctx: CalendarContext;
  google: GoogleCalendar;
  /** As it will be at the end; the steps change it. */
  cursor: CalendarCursor;
  report: SyncReport;
  /** Milliseconds since the epoch. */
  now: number;
}
