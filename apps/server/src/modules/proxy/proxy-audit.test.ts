import { expect, it, vi } from 'vitest';
import type { Platform } from '../../platform/platform.ts';
import { createProxyAudit, type ProxiedCallEntry } from './proxy-audit.ts';

const aCall = (path: string): ProxiedCallEntry => ({
  actor: { keyId: 'key', spaceId: 'space', clientIp: null },
  connectionId: 'connection',
  method: 'GET',
  path,
  status: 200,
  durationMs: 1,
});

/** A record that takes rows as `write` says. */
function aRecord(write: (unit: () => Promise<void>) => Promise<void>) {
  const written: string[] = [];
  const logger = { warn: vi.fn(), error: vi.fn() };
  const record = { apart: { write } };
  const audit = createProxyAudit({ database: record, now: () => new Date() } as unknown as Platform, {
    audit: {
      async recordAll(_transaction, entries) {
        for (const { event } of entries) written.push(String(event.details?.path));
      },
    },
    logger: logger as never,
  });
  return { audit, written, logger };
}

it('writes at the end what is noted while the end is being written', async () => {
  const { audit, written } = aRecord(async (unit) => {
    if (written.length === 0) audit.note(aCall('/late'));
    await unit();
  });
  audit.note(aCall('/early'));
  await audit.stop();
  expect(written).toEqual(['/early', '/late']);
});

it('says at the end what could not be written', async () => {
  const { audit, logger } = aRecord(() => Promise.reject(new Error('the disk is full')));
  audit.note(aCall('/lost'));
  await audit.stop();
  expect(logger.error).toHaveBeenCalledWith({ rows: 1 }, expect.any(String));
});
