import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type KeptVersion, type VersionPolicy, versionsToDrop } from './versions-to-drop.ts';

const NOW = new Date('2026-06-15T12:00:00.000Z');
const HOUR_MS = 3_600_000;
const POLICY: VersionPolicy = { recentDays: 7, dailyDays: 30, weeklyDays: 365, maxVersions: 200 };

/** Versions of one item by their ages in days, given oldest first. */
const aged = (...days: number[]): KeptVersion[] =>
  days.map((age, index) => ({
    version: index + 1,
    created_at: new Date(NOW.getTime() - age * 24 * HOUR_MS).toISOString(),
  }));
const dropped = (versions: KeptVersion[], policy: Partial<VersionPolicy> = {}) =>
  versionsToDrop(versions, { ...POLICY, ...policy }, NOW);

describe('thinning the versions of an item', () => {
  it('keeps every recent one', () => {
    expect(dropped(aged(6.9, 6.8, 3, 2, 1, 0.5, 0))).toEqual([]);
  });

  it('keeps the last of a day, then the last of a week, then none', () => {
    expect(dropped(aged(20.3, 20.2, 20.1, 1))).toEqual([1, 2]);
    expect(dropped(aged(100.3, 100.2, 100.1, 50, 1))).toEqual([1, 2]);
    expect(dropped(aged(400, 390, 380, 370))).toEqual([1, 2, 3]);
  });

  it('keeps the newest of the old ones, which was current until not long ago', () => {
    expect(dropped(aged(1000))).toEqual([]);
    expect(dropped(aged(1000, 999, 0.1))).toEqual([1]);
  });

  it('keeps no more than so many of the old ones', () => {
    expect(dropped(aged(25, 24, 23, 22, 21, 1), { maxVersions: 2 })).toEqual([1, 2, 3]);
    expect(dropped(aged(25, 24, 23, 22, 21, 1), { maxVersions: 0 })).toEqual([]);
  });

  it('is off without recent days', () => {
    expect(dropped(aged(1000, 900, 800), { recentDays: 0 })).toEqual([]);
  });

  it('drops nothing more when it is done again at the same time', () => {
    const days = fc.array(fc.double({ min: 0, max: 800, noNaN: true }), { maxLength: 60 });
    fc.assert(
      fc.property(days, (ages) => {
        const versions = aged(...ages.sort((a, b) => b - a));
        const gone = new Set(dropped(versions));
        const left = versions.filter(({ version }) => !gone.has(version));
        expect(dropped(left)).toEqual([]);
        const recent = versions.filter((one) => NOW.getTime() - Date.parse(one.created_at) <= 7 * 24 * HOUR_MS);
        for (const { version } of recent) expect(gone.has(version)).toBe(false);
        if (versions.length > 0) expect(left.length).toBeGreaterThan(0);
      }),
    );
  });
});
