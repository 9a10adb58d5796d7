import type { FakeCalendar, FakeEvent, FakeEventTime } from './fake-calendar.ts';
import { type GoogleError, REFUSALS } from './google-error.ts';

type Written = { ok: true; event: FakeEvent } | { ok: false; error: GoogleError };
type Fields = Record<string, unknown>;

/** Fields that a client cannot set. */
const READ_ONLY = [
  'kind',
  'etag',
  'created',
  'updated',
  'htmlLink',
  'iCalUID',
  'recurringEventId',
  'originalStartTime',
];
/** base32hex in lower case, 5 to 1024 characters. @see Google Calendar API, events.insert, id */
const EVENT_ID = /^[a-v0-9]{5,1024}$/;
const INSTANCE_ID = /^(.+)_(\d{8})(?:T(\d{6})Z)?$/;

/** Answers events.insert. A deleted event still holds its id. */
export function insertEvent(calendar: FakeCalendar, body: Fields, newId: () => string): Written {
  const id = body.id ?? newId();
  if (typeof id !== 'string' || !EVENT_ID.test(id)) return { ok: false, error: REFUSALS.badId };
  if (calendar.get(id)) return { ok: false, error: REFUSALS.duplicate };
  return store(calendar, { ...writable(body), id });
}

/** Answers events.patch (`replace` false) and events.update (`replace` true). A field of `null` is removed. */
export function changeEvent(
  calendar: FakeCalendar,
  id: string,
  change: { body: Fields; replace: boolean; ifMatch: string | undefined },
): Written {
  const found = findEvent(calendar, id);
  if (!found) return { ok: false, error: REFUSALS.notFound };
  if (isStale(found, change.ifMatch)) return { ok: false, error: REFUSALS.conditionNotMet };
  const body = writable(change.body);
  if (!change.replace) return store(calendar, { ...merge(found, body), id });
  const kept = Object.fromEntries(READ_ONLY.map((field) => [field, found[field]]));
  return store(calendar, { ...kept, ...body, id });
}

/** Answers events.delete; what belongs to a deleted series is deleted with it. */
export function deleteEvent(calendar: FakeCalendar, id: string, ifMatch: string | undefined): GoogleError | null {
  const found = findEvent(calendar, id);
  if (!found) return REFUSALS.notFound;
  if (found.status === 'cancelled') return REFUSALS.deleted;
  if (isStale(found, ifMatch)) return REFUSALS.conditionNotMet;
  calendar.put({ ...found, status: 'cancelled' });
  for (const { event } of calendar.changes()) {
    if (event.recurringEventId === id && event.status !== 'cancelled') calendar.put({ ...event, status: 'cancelled' });
  }
  return null;
}

/** @returns a stored event, or the instance of a series that has not been changed by itself yet. */
export function findEvent(calendar: FakeCalendar, id: string): FakeEvent | undefined {
  const stored = calendar.get(id);
  if (stored) return stored;
  const [, seriesId = '', day = '', time] = INSTANCE_ID.exec(id) ?? [];
  const series = calendar.get(seriesId);
  if (!series?.recurrence || series.status === 'cancelled') return undefined;
  const date = `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`;
  const startsAt = time === undefined ? date : `${date}T${time.replace(/(..)(..)(..)/, '$1:$2:$3')}Z`;
  const lengthMs = Date.parse(textOf(series.end)) - Date.parse(textOf(series.start));
  const endsAt = new Date(Date.parse(startsAt) + lengthMs).toISOString();
  const { recurrence: _, ...template } = series;
  const start = time === undefined ? { date: startsAt } : { ...series.start, dateTime: startsAt };
  const end = time === undefined ? { date: endsAt.slice(0, 10) } : { ...series.end, dateTime: endsAt };
  return { ...template, id, start, end, recurringEventId: seriesId, originalStartTime: start };
}

function store(calendar: FakeCalendar, event: Fields & { id: string }): Written {
  const fault = event.status === 'cancelled' ? null : faultOf(event as unknown as FakeEvent);
  return fault ? { ok: false, error: fault } : { ok: true, event: calendar.put(event) };
}

function faultOf({ start, end, recurrence }: FakeEvent): GoogleError | null {
  if (!isTime(start)) return REFUSALS.noStart;
  if (!isTime(end)) return REFUSALS.noEnd;
  if ((start.date === undefined) !== (end.date === undefined)) return REFUSALS.badTime;
  if (Number.isNaN(Date.parse(textOf(start))) || Number.isNaN(Date.parse(textOf(end)))) return REFUSALS.badTime;
  const needsZone = (time: FakeEventTime) =>
    time.dateTime !== undefined && time.timeZone === undefined && !/(Z|[+-]\d\d:\d\d)$/.test(time.dateTime);
  if (needsZone(start) || needsZone(end)) return REFUSALS.noZone;
  // A series keeps its hour when the clocks change, so it has to say by which clock.
  if (recurrence && start.dateTime !== undefined && start.timeZone === undefined) return REFUSALS.noZone;
  return textOf(start) > textOf(end) && start.date !== undefined ? REFUSALS.emptyRange : null;
}

function isTime(time: FakeEventTime | undefined): time is FakeEventTime {
  return (time?.date === undefined) !== (time?.dateTime === undefined);
}

function textOf(time: FakeEventTime | undefined): string {
  return time?.dateTime ?? time?.date ?? '';
}

function isStale(event: FakeEvent, ifMatch: string | undefined): boolean {
  return ifMatch !== undefined && ifMatch !== '*' && ifMatch !== event.etag;
}

function writable(body: Fields): Fields {
  return Object.fromEntries(Object.entries(body).filter(([field]) => !READ_ONLY.includes(field)));
}

/** Objects are merged part by part, lists are replaced, as the API's patch semantics have it. */
function merge(before: Fields, change: Fields): Fields {
  const merged: Fields = { ...before };
  for (const [field, value] of Object.entries(change)) {
    const old = before[field];
    if (value === null) delete merged[field];
    else merged[field] = isRecord(value) ? merge(isRecord(old) ? old : {}, value) : value;
  }
  return merged;
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
