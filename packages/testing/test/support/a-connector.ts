import { type ConnectorHandlers, completeManifest, type ManifestDefinition } from '@withmarfa/runtime-sdk';
import { createTestHarness, type TestHarness, type TestHarnessOptions } from '../../src/index.ts';

const MANIFEST = {
  name: 'acme.tides',
  version: '1.0.0',
  publisher: 'Acme',
  description: 'Keeps tides.',
  direction: 'both',
  target_types: ['core.note', 'core.task'],
  triggers: [
    { type: 'schedule', config: { cron: '0 * * * *' } },
    { type: 'webhook' },
    { type: 'item-event' },
    { type: 'manual' },
  ],
  token_requirements: { tides: 'required' },
  permissions: { edge: { references: 'write' } },
  configuration_schema: {
    port: { type: 'string', description: 'Which port.', required: true },
    unit: { type: 'string', description: 'Which unit.', values: ['m', 'ft'], default: 'm' },
  },
} as const satisfies ManifestDefinition;

/** A manifest of a connector that may do a bit of everything. */
export function aManifest(overrides: Partial<ManifestDefinition> = {}) {
  return completeManifest({ ...MANIFEST, ...overrides });
}

/** A harness for handlers of a test's own. */
export function aHarness(handlers: ConnectorHandlers, overrides: Partial<TestHarnessOptions> = {}): TestHarness {
  return createTestHarness({ manifest: aManifest(), handlers, configuration: { port: 'Oban' }, ...overrides });
}

/** A harness whose schedule does this once. */
export function aScheduled(
  schedule: NonNullable<ConnectorHandlers['schedule']>,
  overrides: Partial<TestHarnessOptions> = {},
): TestHarness {
  return aHarness({ schedule }, overrides);
}
