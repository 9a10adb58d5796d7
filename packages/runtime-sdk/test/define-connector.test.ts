import {
  _resetHandlers,
  completeManifest,
  defineConnector,
  dispatchMessage,
  type ManifestDefinition,
  MarfaError,
} from '@withmarfa/runtime-sdk';
import { beforeEach, describe, expect, it } from 'vitest';
import { aTick } from './support/builders.ts';
import { aContext } from './support/test-context.ts';

beforeEach(() => _resetHandlers());

const done = async () => ({ ok: true }) as const;
const shortest = {
  name: 'acme.weather',
  version: '1.0.0',
  publisher: 'Acme',
  description: 'Saves the weather.',
  direction: 'read',
  target_types: ['core.note'],
  triggers: [{ type: 'schedule', config: { cron: '0 * * * *' } }],
} as const satisfies ManifestDefinition;

describe('defineConnector', () => {
  it('fills what was left out, and gives the whole manifest', () => {
    const connector = defineConnector({ manifest: shortest, schedule: done });
    expect(connector).toEqual({
      manifest: expect.anything(),
      integrationName: 'acme.weather',
      handlers: { schedule: done },
    });
    expect(connector.manifest).toEqual({
      ...shortest,
      manifest_schema_version: '1.2.0',
      runtime_compatibility: ['self-hosted', 'local'],
      bidirectional_handling: {
        echo_ttl_seconds: 60,
        lag_window_seconds: 60,
        tombstone_mapping: 'state-trashed',
        partial_write_mode: 'all-or-nothing',
      },
      oauth_requirements: {},
      webhook_verification: { method: 'hmac-sha256' },
      permissions: {},
    });
  });

  it('keeps what was given', () => {
    const { manifest } = defineConnector({
      manifest: {
        ...shortest,
        runtime_compatibility: ['local'],
        webhook_verification: { method: 'github' },
        bidirectional_handling: { tombstone_mapping: 'ignore' },
      },
      schedule: done,
    });
    expect(manifest.runtime_compatibility).toEqual(['local']);
    expect(manifest.webhook_verification).toEqual({ method: 'github' });
    expect(manifest.bidirectional_handling).toMatchObject({ tombstone_mapping: 'ignore', echo_ttl_seconds: 60 });
  });

  it('registers its handlers', async () => {
    defineConnector({ manifest: shortest, schedule: async () => ({ ok: false, retry: false, reason: 'mine' }) });
    expect(await dispatchMessage(aContext().ctx, aTick())).toMatchObject({ reason: 'mine' });
  });

  it('tells every fault of a manifest at once, and registers nothing', async () => {
    const manifest = { ...shortest, name: 'weather', version: 'one', colour: 'blue' } as ManifestDefinition;
    const fault = faultOf(() => defineConnector({ manifest, schedule: done }));
    expect(MarfaError.is(fault, 'validation_error') && fault.details?.issues).toEqual([
      expect.objectContaining({ path: '$.name' }),
      expect.objectContaining({ path: '$.version' }),
      expect.objectContaining({ path: '$.colour' }),
    ]);
    expect(await dispatchMessage(aContext().ctx, aTick())).toMatchObject({ ok: false, retry: false });
  });

  it('checks the handlers of a connector that no compiler saw', () => {
    const manifest: ManifestDefinition = { ...shortest, triggers: [...shortest.triggers, { type: 'item-event' }] };
    const untyped = { manifest, manual: done, webhook: 'later' } as never;
    const fault = faultOf(() => defineConnector(untyped));
    expect(MarfaError.is(fault, 'validation_error') && fault.details?.issues).toEqual([
      { path: '$.schedule', message: 'the manifest declares the schedule trigger; give it a handler' },
      { path: '$.manual', message: 'the manifest declares no manual trigger' },
      { path: '$.webhook', message: 'expected a function' },
      { path: '$.itemEvent', message: 'the manifest declares the item-event trigger; give it a handler' },
    ]);
  });

  it('takes a renew hook beside a webhook trigger, and nowhere else', () => {
    const renew = async () => ({ ok: true, registrations: [] }) as const;
    const triggers = [{ type: 'webhook' }] as const;
    const connector = defineConnector({ manifest: { ...shortest, triggers }, webhook: done, renew });
    expect(connector.handlers).toEqual({ webhook: done, renew });
    const issuesOf = (definition: unknown) => {
      const fault = faultOf(() => defineConnector(definition as never));
      return MarfaError.is(fault, 'validation_error') && fault.details?.issues;
    };
    expect(issuesOf({ manifest: shortest, schedule: done, renew })).toEqual([
      { path: '$.renew', message: 'the manifest declares no webhook trigger that it could serve' },
    ]);
    expect(issuesOf({ manifest: { ...shortest, triggers }, webhook: done, renew: 'daily' })).toEqual([
      { path: '$.renew', message: 'expected a function' },
    ]);
  });

  it('asks for no manual handler beside a schedule', () => {
    const triggers = [...shortest.triggers, { type: 'manual' }] as const;
    expect(defineConnector({ manifest: { ...shortest, triggers }, schedule: done }).handlers).toEqual({
      schedule: done,
    });
  });
});

describe('completeManifest', () => {
  it('makes the canonical manifest, which completes to itself', () => {
    const manifest = completeManifest(shortest);
    expect(completeManifest(manifest)).toEqual(manifest);
  });

  it('refuses a manifest of a later contract', () => {
    const fault = faultOf(() => completeManifest({ ...shortest, manifest_schema_version: '2.0.0' }));
    expect(MarfaError.is(fault, 'manifest_schema_unsupported')).toBe(true);
  });
});

function faultOf(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return null;
}
