import type { Registration } from '@withmarfa/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NOW_MS } from '../../test/a-claimed-message.ts';
import { planRenewal } from './plan-renewal.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const at = (ms: number) => new Date(NOW_MS + ms).toISOString();
const plan = (...registrations: Omit<Registration, 'id'>[]) => {
  const planned = planRenewal(
    registrations.map((registration, index) => ({ id: String(index), ...registration })),
    NOW_MS,
  );
  return planned === null ? null : planned - NOW_MS;
};

describe('a renewal is planned', () => {
  it.each([
    ['a day before a month is over', 30 * DAY_MS, 29 * DAY_MS],
    ['a day before six days are over', 6 * DAY_MS, 5 * DAY_MS],
    ['with a fifth of a day left', DAY_MS, 0.8 * DAY_MS],
    ['with a fifth of an hour left', HOUR_MS, 0.8 * HOUR_MS],
  ])('%s', (_when, lifeMs, dueMs) => {
    expect(plan({ expires_at: at(lifeMs) })).toBe(dueMs);
  });

  it('as it was asked for, also in another zone', () => {
    expect(plan({ expires_at: at(30 * DAY_MS), renew_at: at(3 * DAY_MS) })).toBe(3 * DAY_MS);
    const zoned = at(3 * DAY_MS + HOUR_MS).replace('Z', '+01:00');
    expect(plan({ expires_at: at(30 * DAY_MS), renew_at: zoned })).toBe(3 * DAY_MS);
  });

  it.each([
    ['has passed', -1],
    ['is now', 0],
    ['lies at its end', 30 * DAY_MS],
    ['lies behind its end', 31 * DAY_MS],
  ])('as usual when the time that is asked for %s', (_what, renewMs) => {
    expect(plan({ expires_at: at(30 * DAY_MS), renew_at: at(renewMs) })).toBe(29 * DAY_MS);
  });

  it('for the first of several', () => {
    expect(plan({ expires_at: at(30 * DAY_MS) }, { expires_at: at(10 * DAY_MS) })).toBe(9 * DAY_MS);
    expect(plan({ expires_at: at(30 * DAY_MS), renew_at: at(2 * DAY_MS) }, { expires_at: at(10 * DAY_MS) })).toBe(
      2 * DAY_MS,
    );
  });

  it('for nothing where nothing is registered', () => {
    expect(plan()).toBeNull();
  });

  it('before the end of any life that is longer than a few seconds, and never at once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2000, max: 400 * DAY_MS }), (lifeMs) => {
        const dueMs = plan({ expires_at: at(lifeMs) }) ?? Number.NaN;
        expect(dueMs).toBeLessThan(lifeMs);
        expect(dueMs).toBeGreaterThanOrEqual(1000);
      }),
    );
  });
});
