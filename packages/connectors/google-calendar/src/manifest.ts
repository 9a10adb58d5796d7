import type { ContextOf, ManifestDefinition } from '@withmarfa/runtime-sdk';

export const INTEGRATION_NAME = 'google.calendar';

/** What Google Calendar is and needs, as it is registered. */
export const manifest = {
  name: INTEGRATION_NAME,
  version: '1.1.0',
  publisher: 'Marfa',
  description: 'Keeps the events of your Google calendars and of this space in step, both ways.',
  manifest_schema_version: '1.2.0',
  direction: 'both',
  target_types: ['core.event', 'google.calendar.event'],
  triggers: [
    { type: 'schedule', config: { cron: '*/10 * * * *' } },
    { type: 'webhook' },
    { type: 'item-event' },
    { type: 'manual' },
  ],
  runtime_compatibility: ['hosted', 'self-hosted', 'local'],
  bidirectional_handling: {
    echo_ttl_seconds: 120,
    lag_window_seconds: 600,
    tombstone_mapping: 'state-trashed',
    partial_write_mode: 'accept-partial',
  },
  oauth_requirements: { calendar: 'proxy' },
  webhook_verification: { method: 'google-channel' },
  permissions: { extension: { 'connection.runtime': 'write' } },
  configuration_schema: {
    target_type: {
      type: 'string',
      description: 'What an event becomes here. Items of this type that people create go to Google.',
      from_target_types: true,
      default: 'google.calendar.event',
    },
    mode: {
      type: 'string',
      description: 'One calendar, or several.',
      values: ['single', 'multi'],
      default: 'single',
    },
    selected_calendar_ids: {
      type: 'string_array',
      description: 'Ids of the calendars to follow. None: the one that is written into, or with "multi" all of them.',
      default: [],
    },
    default_write_calendar_id: {
      type: 'string',
      description: 'Id of the calendar that new events of this space go to. Empty: they stay here.',
      default: 'primary',
    },
    inbound_webhook_url: {
      type: 'string',
      description:
        'Public https address at which Google reaches this Marfa, where that is not its own. Empty: its own.',
      default: '',
    },
  },
} as const satisfies ManifestDefinition;

export type CalendarContext = ContextOf<typeof manifest>;
export type EventType = (typeof manifest.target_types)[number];
