import type { TypeSchema } from '../items/type-schema.ts';
import { defineType, flag, list, object, plain, text, url } from './define-type.ts';

/** What the connectors of Google keep whole, beside the core types. */
export const GOOGLE_TYPES: readonly TypeSchema[] = [
  {
    ...defineType(
      'google.calendar.event',
      'Google Calendar event',
      {
        title: text(),
        description: text(),
        starts_at: plain('A date, or a date and time.'),
        ends_at: plain('A date, or a date and time; the first moment or day after the event.'),
        timezone: plain('Name in the IANA time zone database.'),
        all_day: flag(),
        place: text(),
        status: plain('confirmed, tentative or cancelled.'),
        recurrence: list(),
        html_link: url('Where the event can be seen at Google.'),
        etag: plain('Version of the event at Google.'),
        calendar_id: plain(),
        event_id: plain('Id of the event in its calendar.'),
        recurring_event_id: plain('Id of the series that this is an instance of.'),
        original_starts_at: plain('When this instance would have begun by the rule of its series.'),
        excluded_starts: {
          ...list(),
          description: 'Of a series: when instances would have begun that were cancelled.',
        },
        organizer: plain('Mail address.'),
        attendees: list('object'),
        conference_url: url(),
        transparency: plain(),
        visibility: plain(),
        synced: {
          ...object(),
          description: 'A hash of each part as Google had it last, by which a change made here is told.',
        },
      },
      { required: ['title'], title: 'title', body: 'description' },
    ),
    compatible_with: ['core.event'],
  },
];
