import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CronSchema, computeNextRunAt, isValidCron } from './cron.ts';

const AFTER = new Date('2026-02-01T00:00:30.500Z'); // A Sunday.

describe('a cron expression', () => {
  it.each([
    ['* * * * *', '2026-02-01T00:01:00.000Z'],
    ['20 */3 * * *', '2026-02-01T00:20:00.000Z'],
    ['0 3 * * *', '2026-02-01T03:00:00.000Z'],
    ['1,2,3-9/2 * * * *', '2026-02-01T00:01:00.000Z'],
    ['05 09 * * *', '2026-02-01T09:05:00.000Z'],
    ['0 0 1 jan *', '2027-01-01T00:00:00.000Z'],
    ['0 0 * * MON', '2026-02-02T00:00:00.000Z'],
    ['0 0 * * sat', '2026-02-07T00:00:00.000Z'],
    ['0 3 * * 0', '2026-02-01T03:00:00.000Z'],
    ['0 3 * * 7', '2026-02-01T03:00:00.000Z'],
    ['0 3 * * 1-5', '2026-02-02T03:00:00.000Z'],
    ['59 23 31 12 *', '2026-12-31T23:59:00.000Z'],
    ['0 0 29 2 *', '2028-02-29T00:00:00.000Z'],
  ])('%s fires next at %s', (expression, expected) => {
    expect(CronSchema.safeParse(expression).success).toBe(true);
    expect(isValidCron(expression)).toBe(true);
    expect(computeNextRunAt(expression, AFTER)?.toISOString()).toBe(expected);
  });

  it('fires on either day when both a day of the month and a weekday are given', () => {
    expect(computeNextRunAt('0 0 10 2 1', AFTER)?.toISOString()).toBe('2026-02-02T00:00:00.000Z');
    expect(computeNextRunAt('0 0 10 2 1', new Date('2026-02-09T12:00:00Z'))?.toISOString()).toBe(
      '2026-02-10T00:00:00.000Z',
    );
  });

  it.each([
    ['nothing', ''],
    ['blanks', '     '],
    ['four fields', '* * * *'],
    ['six fields, with seconds', '0 * * * * *'],
    ['seven fields', '0 * * * * * 2026'],
    ['a nickname', '@hourly'],
    ['minute 60', '60 * * * *'],
    ['hour 24', '0 24 * * *'],
    ['day 0', '0 0 0 * *'],
    ['day 32', '0 0 32 * *'],
    ['month 0', '0 0 1 0 *'],
    ['month 13', '0 0 1 13 *'],
    ['weekday 8', '0 0 * * 8'],
    ['a step of 0', '*/0 * * * *'],
    ['a step above its field', '*/61 * * * *'],
    ['a range that runs backwards', '22-2 * * * *'],
    ['a list with a hole', '1,,2 * * * *'],
    ['a negative value', '-1 * * * *'],
    ['an unknown month', '0 0 1 foo *'],
    ['a last-day marker', '0 0 L * *'],
    ['a question mark', '0 0 ? * *'],
    ['two spaces', '0  0 * * *'],
    ['a tab', '0\t0 * * *'],
    ['a leading space', ' 0 0 * * *'],
    ['a line break at the end', '0 0 * * *\n'],
    ['more than 256 characters', `${Array(200).fill('1').join(',')} * * * *`],
  ])('is refused with %s', (_what, expression) => {
    expect(CronSchema.safeParse(expression).success).toBe(false);
  });

  it.each(['0 0 30 2 *', '0 0 31 2 *', '0 0 30,31 feb *', '0 0 31 4,6,9,11 *'])(
    'is refused when it can never fire: %s',
    (expression) => {
      expect(isValidCron(expression)).toBe(false);
      const verdict = CronSchema.safeParse(expression);
      expect(verdict.error?.issues.map((issue) => issue.message)).toEqual([
        'the scheduler cannot read this expression, or it can never fire',
      ]);
    },
  );

  it('is read in UTC, so no clock change moves or doubles it', () => {
    const fired = [];
    let at = new Date('2026-03-28T00:00:00Z');
    for (let day = 0; day < 3; day += 1) {
      at = computeNextRunAt('30 2 * * *', at) ?? at;
      fired.push(at.toISOString());
    }
    expect(fired).toEqual(['2026-03-28T02:30:00.000Z', '2026-03-29T02:30:00.000Z', '2026-03-30T02:30:00.000Z']);
  });

  it('fires after the given time, never at it', () => {
    expect(computeNextRunAt('0 * * * *', new Date('2026-02-01T01:00:00.000Z'))?.toISOString()).toBe(
      '2026-02-01T02:00:00.000Z',
    );
  });
});

describe('the next run', () => {
  const field = (low: number, high: number) =>
    fc.oneof(
      fc.constant({ text: '*', has: () => true }),
      fc.integer({ min: low, max: high }).map((only) => ({ text: `${only}`, has: (value: number) => value === only })),
      fc.tuple(fc.integer({ min: low, max: high }), fc.integer({ min: low, max: high })).map(([a, b]) => {
        const [from, to] = a < b ? [a, b] : [b, a];
        return { text: `${from}-${to}`, has: (value: number) => value >= from && value <= to };
      }),
      fc.integer({ min: 2, max: high }).map((step) => ({
        text: `*/${step}`,
        has: (value: number) => (value - low) % step === 0,
      })),
    );

  it('is the first minute that a minute-by-minute search finds', () => {
    const start = Date.UTC(2026, 1, 1);
    fc.assert(
      fc.property(
        field(0, 59),
        field(0, 23),
        fc.integer({ min: 0, max: 400 * 86_400_000 }),
        (minutes, hours, offsetMs) => {
          const after = new Date(start + offsetMs);
          let minute = Math.floor(after.getTime() / 60_000) + 1;
          const fits = (at: Date) => minutes.has(at.getUTCMinutes()) && hours.has(at.getUTCHours());
          while (!fits(new Date(minute * 60_000))) minute += 1;
          expect(computeNextRunAt(`${minutes.text} ${hours.text} * * *`, after)?.getTime()).toBe(minute * 60_000);
        },
      ),
      { seed: 20260217, numRuns: 500 },
    );
  }, 60_000);
});
