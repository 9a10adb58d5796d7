import { MarfaError } from '@withmarfa/shared';
import { describe, expect, it } from 'vitest';
import { createReadiness, type PartCheck } from './readiness.ts';

const ready = (checks: Record<string, PartCheck>, nowMs = () => 0) => createReadiness({ checks, nowMs });

describe('readiness', () => {
  it('tells the state of every part', async () => {
    const parts = await ready({ database: () => 'ok', redis: async () => 'degraded' as const }).require();
    expect(parts).toEqual({ database: 'ok', redis: 'degraded' });
  });

  it.each<[string, Record<string, PartCheck>, string]>([
    ['fails', { database: () => 'failed', runtime: () => 'ok' }, 'storage_unavailable'],
    ['throws', { database: () => Promise.reject(new Error('gone')), runtime: () => 'failed' }, 'storage_unavailable'],
    ['never answers', { database: () => new Promise(() => undefined) }, 'storage_unavailable'],
    ['does not run yet', { database: () => 'ok', runtime: () => 'failed' }, 'runtime_not_available'],
  ])('refuses when a part %s', async (_what, checks, code) => {
    const refusal = await ready(checks)
      .require()
      .catch((error: unknown) => error);
    expect(MarfaError.is(refusal) && [refusal.code, refusal.status]).toEqual([code, 503]);
    expect(MarfaError.is(refusal) && refusal.companions).toMatchObject({ status: 'not_ready', parts: {} });
  });

  it('looks once for any number of probes, and again when what it saw is old', async () => {
    let looks = 0;
    let nowMs = 0;
    const count: PartCheck = () => {
      looks += 1;
      return 'ok';
    };
    const { require } = ready({ database: count }, () => nowMs);
    await Promise.all([require(), require(), require()]);
    expect(looks).toBe(1);
    nowMs = 1001;
    await require();
    expect(looks).toBe(2);
  });
});
