import { z } from 'zod';

// Google adds fields and now and then breaks one: a field of another shape is read as absent, never as a fault.
const text = z.string().transform(clean).optional().catch(undefined);

/** Halves of surrogate pairs and NUL are no text that every store keeps. */
function clean(dirty: string): string {
  return dirty.toWellFormed().replaceAll('\u0000', '');
}

const EventTimeSchema = z.looseObject({ date: text, dateTime: text, timeZone: text }).optional().catch(undefined);
export type EventTime = NonNullable<z.infer<typeof EventTimeSchema>>;

const PersonSchema = z.looseObject({ email: text, displayName: text, responseStatus: text });

/** An event as Google shows it, as far as it is read. Of a deleted one only `id` and `status` are sure to be there. */
export const GoogleEventSchema = z.looseObject({
  id: z.string().min(1),
  status: text,
  etag: text,
  updated: text,
  htmlLink: text,
  summary: text,
  description: text,
  location: text,
  start: EventTimeSchema,
  end: EventTimeSchema,
  recurrence: z.array(z.string().transform(clean)).optional().catch(undefined),
  recurringEventId: text,
  originalStartTime: EventTimeSchema,
  organizer: PersonSchema.optional().catch(undefined),
  attendees: z.array(PersonSchema).optional().catch(undefined),
  hangoutLink: text,
  transparency: text,
  visibility: text,
  extendedProperties: z
    .looseObject({ private: z.record(z.string(), z.string()).optional().catch(undefined) })
    .optional()
    .catch(undefined),
});
export type GoogleEvent = z.infer<typeof GoogleEventSchema>;

/** One page of events; each event is read by itself, so that a bad one stops no other. */
export const EventsPageSchema = z.looseObject({
  items: z.array(z.unknown()).default([]),
  timeZone: text,
  nextPageToken: text,
  nextSyncToken: text,
});
export type EventsPage = z.infer<typeof EventsPageSchema>;

export const CalendarEntrySchema = z.looseObject({
  id: z.string().min(1),
  summary: text,
  accessRole: text,
  primary: z.boolean().optional().catch(undefined),
});
export type CalendarEntry = z.infer<typeof CalendarEntrySchema>;

/** A watch channel as it was made; numbers come as texts. */
export const ChannelSchema = z.looseObject({ id: z.string(), resourceId: z.string(), expiration: z.coerce.number() });
export type Channel = z.infer<typeof ChannelSchema>;

export const CalendarsPageSchema = z.looseObject({ items: z.array(z.unknown()).default([]), nextPageToken: text });
