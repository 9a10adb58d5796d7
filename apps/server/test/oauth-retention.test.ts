import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import type { AuditService } from '../src/modules/audit/index.ts';
import { createClientsService } from '../src/modules/oauth/clients-service.ts';
import { markClientUsed } from '../src/modules/oauth/clients-store.ts';
import { newId } from '../src/platform/ids.ts';
import type { Platform } from '../src/platform/platform.ts';
import { createRemembered } from '../src/platform/remembered.ts';
import { Secret } from '../src/platform/secret.ts';
import { describeDatabase } from './support/describe-database.ts';

const DAY_MS = 86_400_000;
const METADATA = {
  name: 'Notes',
  uri: null,
  redirectUris: ['https://app.example.org/callback'],
  grantTypes: ['authorization_code'],
  authMethod: 'none' as const,
  scope: null,
};

describeDatabase('Apps that registered themselves', (under) => {
  it('are forgotten after seven days without a token, and kept when they ever got one', async () => {
    let nowMs = Date.parse('2026-06-30T12:00:00.000Z');
    const platform = {
      database: under.database,
      newId,
      now: () => new Date(nowMs),
      randomBytes,
      apiKeySalt: Secret.of('a salt of sixteen'),
      actingKeys: createRemembered(under.database, 10),
    } as unknown as Platform;
    const clients = createClientsService(platform, { record: async () => undefined } as unknown as AuditService);
    const register = async () => (await clients.register(METADATA, null)).client.clientId;
    const [unused, used] = [await register(), await register()];
    await under.database.write((transaction) => markClientUsed(transaction, used, nowMs));
    nowMs += 6 * DAY_MS;
    const later = await register();
    await clients.prune();
    expect(await clients.find(unused)).not.toBeNull();
    nowMs += 2 * DAY_MS;
    await clients.prune();
    expect(await clients.find(unused)).toBeNull();
    expect(await clients.find(used)).not.toBeNull();
    expect(await clients.find(later)).not.toBeNull();
  });
});
