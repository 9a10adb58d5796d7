/** When an event begins or ends: a day, or a moment with an optional zone. */
export interface FakeEventTime {
  date?: string;
  dateTime?: string;
  timeZone?: string;
}

/** An event as the API shows it; whatever else is written is kept. */
export interface FakeEvent {
  id: string;
  etag: string;
  status: string;
  updated: string;
  summary?: string;
  description?: string;
  location?: string;
  start?: FakeEventTime;
  end?: FakeEventTime;
  recurrence?: string[];
  recurringEventId?: string;
  originalStartTime?: FakeEventTime;
  [field: string]: unknown;
}

export interface FakeCalendarSettings {
  id: string;
  summary?: string;
  timeZone?: string;
  accessRole?: 'freeBusyReader' | 'reader' | 'writer' | 'owner';
  primary?: boolean;
  /** Whether it can be watched; default true. Calendars of holidays cannot. */
  pushes?: boolean;
}

/** One calendar: its events, each with the number of its latest change. */
export interface FakeCalendar {
  readonly settings: Required<FakeCalendarSettings>;
  /** In the order of their latest change, deleted ones included. */
  changes(): { event: FakeEvent; change: number }[];
  get(id: string): FakeEvent | undefined;
  /** Stores an event as it now is, with a new etag and time of change. */
  put(event: Record<string, unknown> & { id: string }): FakeEvent;
  /** Number of the latest change; 0 at first. */
  latest(): number;
}

/** @param options.now milliseconds since the epoch, for the time of each change. */
export function createFakeCalendar(
  settings: FakeCalendarSettings,
  options: { now: () => number; onChange?: () => void },
): FakeCalendar {
  const events = new Map<string, { event: FakeEvent; change: number }>();
  let latest = 0;
  return {
    settings: {
      summary: settings.id,
      timeZone: 'Europe/Berlin',
      accessRole: 'owner',
      primary: false,
      pushes: true,
      ...settings,
    },
    changes: () => [...events.values()],
    get: (id) => events.get(id)?.event,
    put(written) {
      latest += 1;
      const at = new Date(options.now()).toISOString();
      const before = events.get(written.id)?.event;
      const event: FakeEvent = {
        kind: 'calendar#event',
        status: 'confirmed',
        created: before?.created ?? at,
        htmlLink: `https://www.google.com/calendar/event?eid=${encodeURIComponent(written.id)}`,
        iCalUID: `${written.id}@google.com`,
        ...written,
        etag: `"${options.now()}${String(latest).padStart(3, '0')}"`,
        updated: at,
      };
      // Deleted first, so that the map stays in the order of changes.
      events.delete(written.id);
      events.set(written.id, { event, change: latest });
      options.onChange?.();
      return event;
    },
    latest: () => latest,
  };
}
