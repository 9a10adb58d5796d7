import { defineConnector } from '@withmarfa/runtime-sdk';
import { saveEntries } from './save-entries.ts';

export const connector = defineConnector({
  manifest: {
    name: 'example.hello',
    version: '0.1.0',
    publisher: 'The Marfa examples',
    description: 'Keeps each entry of a JSON endpoint as a note.',
    direction: 'read',
    target_types: ['core.note'],
    triggers: [{ type: 'schedule', config: { cron: '15 * * * *' } }, { type: 'manual' }],
    bidirectional_handling: { tombstone_mapping: 'ignore' },
    configuration_schema: {
      endpoint_url: { type: 'string', description: 'Address that answers a JSON list of entries.', required: true },
    },
  },
  schedule: (ctx) => saveEntries(ctx, ctx.configuration.endpoint_url),
});
