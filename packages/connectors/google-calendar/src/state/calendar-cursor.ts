import { z } from 'zod';
import { OutboundRecordSchema } from './outbound-record.ts';

/** Under which key the cursor is kept. */
export const CURSOR_KEY = 'main';

/** How far one calendar has been read. */
const CalendarStateSchema = z.object({
  /** From where the next sync goes on; none before the first one is complete. */
  sync_token: z.string().optional(),
  /** The next page of a listing that was not finished. */
  page_token: z.string().optional(),
  /** The token had expired, and everything is listed again: items of this calendar are here already. */
  relisting: z.boolean().optional(),
  /** The person was told that this calendar cannot be read. */
  lost: z.boolean().optional(),
});
export type CalendarState = z.infer<typeof CalendarStateSchema>;

/** What is remembered between runs. */
const CalendarCursorSchema = z.object({
  /** What this Connection writes as. */
  source: z.string().optional(),
  /** Id of the calendar that Google calls `primary`. */
  primary: z.string().optional(),
  /** Calendars that items were pushed into, the latest last. */
  pushed_into: z.array(z.string()).default([]),
  calendars: z.record(z.string(), CalendarStateSchema),
  /** The calendar that the next sync begins with; without one the first. */
  next: z.string().optional(),
  /** The last sync was interrupted, and the person was told. */
  interrupted: z.boolean().optional(),
  outbound: OutboundRecordSchema,
});
export type CalendarCursor = z.infer<typeof CalendarCursorSchema>;

/** @returns the stored cursor if it is readable, else an empty one: everything is read again, and nothing doubled. */
export function openCursor(stored: unknown): CalendarCursor {
  const parsed = CalendarCursorSchema.safeParse(stored);
  return parsed.success ? parsed.data : { pushed_into: [], calendars: {}, outbound: { writes: [], deferred: [] } };
}
