import type { CalendarContext } from '../manifest.ts';

/** What one sync did, and what the person is to be told of it. */
export interface SyncReport {
  pages: number;
  created: number;
  updated: number;
  trashed: number;
  /** Events that could not be read. */
  unreadable: { count: number; first: string | undefined };
  /** Events that the space did not take. */
  refused: { count: number; first: string | undefined };
  /** Calendars that cannot be read, and were not told of before. */
  lost: string[];
  /** Why the sync stopped before its end; the next run goes on. */
  interrupted: string | undefined;
}

export function newReport(): SyncReport {
  return {
    pages: 0,
    created: 0,
    updated: 0,
    trashed: 0,
    unreadable: { count: 0, first: undefined },
    refused: { count: 0, first: undefined },
    lost: [],
    interrupted: undefined,
  };
}

/** Notes one more of something that went wrong. */
export function note(trouble: { count: number; first: string | undefined }, what: string): void {
  trouble.count += 1;
  trouble.first ??= what.slice(0, 300);
}

/** Tells the person what they should know, one row for each kind of trouble. */
export async function tell(ctx: Pick<CalendarContext, 'activity' | 'log'>, report: SyncReport): Promise<void> {
  const { pages, created, updated, trashed, unreadable, refused, lost, interrupted } = report;
  ctx.log.info('Google Calendar was read.', { pages, created, updated, trashed });
  const warn = (summary: string, detail: Record<string, unknown>) =>
    ctx.activity.emit({ severity: 'warning', summary, detail });
  if (unreadable.count > 0) {
    await warn(`${eventsOf(unreadable.count)} of Google Calendar left out: unreadable`, {
      count: unreadable.count,
      first: unreadable.first ?? null,
    });
  }
  if (refused.count > 0) {
    await warn(`${eventsOf(refused.count)} of Google Calendar refused by the space`, {
      count: refused.count,
      first: refused.first ?? null,
    });
  }
  if (lost.length > 0) {
    await warn('Calendars cannot be read; check that the account still has them', { calendars: lost.slice(0, 20) });
  }
  if (interrupted !== undefined) {
    await warn('Google Calendar was read in part; the next run goes on from there', { reason: interrupted });
  }
}

function eventsOf(count: number): string {
  return count === 1 ? '1 event' : `${count} events`;
}
