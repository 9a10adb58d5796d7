import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { computeRetryDelayMs, MAX_ATTEMPTS } from './retry-policy.ts';

const middle = () => 0.5;
const aRandom = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const anAttempt = fc.integer({ min: 1, max: MAX_ATTEMPTS - 1 });

describe('the retry policy', () => {
  it('waits 5, 10, 20 and 40 seconds in the middle of the spread, and gives up after five attempts', () => {
    const delays = [1, 2, 3, 4, 5].map((attempt) => computeRetryDelayMs(attempt, { random: middle }));
    expect(delays).toEqual([5000, 10_000, 20_000, 40_000, null]);
  });

  it('stays within half and one and a half of the steady delay', () => {
    fc.assert(
      fc.property(anAttempt, aRandom, (attempt, random) => {
        const steadyMs = 5000 * 2 ** (attempt - 1);
        const delayMs = computeRetryDelayMs(attempt, { random: () => random });
        expect(delayMs).toBeGreaterThanOrEqual(steadyMs / 2);
        expect(delayMs).toBeLessThanOrEqual(steadyMs * 1.5);
        expect(Number.isInteger(delayMs)).toBe(true);
      }),
    );
  });

  it('brings those that failed together back at different times', () => {
    const delays = [0, 0.25, 0.75].map((random) => computeRetryDelayMs(1, { random: () => random }));
    expect(delays).toEqual([2500, 3750, 6250]);
  });

  it('waits at least as long as the upstream asked, up to a day, and a little longer for some', () => {
    fc.assert(
      fc.property(anAttempt, aRandom, fc.double({ min: 0, noNaN: true }), (attempt, random, retryAfterSeconds) => {
        const askedMs = Math.min(retryAfterSeconds * 1000, 86_400_000);
        const delayMs = computeRetryDelayMs(attempt, { random: () => random, retryAfterSeconds });
        expect(delayMs).toBeGreaterThanOrEqual(askedMs);
        expect(delayMs).toBeLessThanOrEqual(Math.max(askedMs, 60_000) + 5001);
      }),
    );
    const spread = [0, 0.9].map((random) => computeRetryDelayMs(1, { random: () => random, retryAfterSeconds: 3600 }));
    expect(new Set(spread).size).toBe(2);
  });

  it('does not wait shorter than its own delay because the upstream asked for less', () => {
    expect(computeRetryDelayMs(4, { random: middle, retryAfterSeconds: 1 })).toBe(40_000);
  });

  it('gives up after the last attempt whatever the upstream asked', () => {
    expect(computeRetryDelayMs(MAX_ATTEMPTS, { random: middle, retryAfterSeconds: 60 })).toBeNull();
  });
});
