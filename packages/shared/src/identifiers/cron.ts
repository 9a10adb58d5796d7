import { Cron } from 'croner';
import { z } from 'zod';

const names = (list: string) => `(?:${list.split(' ').map(anyCase).join('|')})`;
const anyCase = (word: string) => [...word].map((letter) => `[${letter}${letter.toUpperCase()}]`).join('');

const MONTHS = names('jan feb mar apr may jun jul aug sep oct nov dec');
const WEEKDAYS = names('sun mon tue wed thu fri sat');

/** One field of a cron expression: a list of values, ranges and steps. */
function field(value: string): string {
  const part = `(?:\\*|${value}-${value})(?:/[1-9][0-9]?)?|${value}`;
  return `(?:${part})(?:,(?:${part}))*`;
}

const FIVE_FIELDS = new RegExp(
  `^${[
    field('[0-5]?[0-9]'),
    field('(?:[01]?[0-9]|2[0-3])'),
    field('(?:0?[1-9]|[12][0-9]|3[01])'),
    field(`(?:0?[1-9]|1[0-2]|${MONTHS})`),
    field(`(?:[0-7]|${WEEKDAYS})`),
  ].join(' ')}$`,
);

/**
 * A five-field cron expression in UTC, minute granularity. The pattern states the field grammar; an expression that
 * the scheduler cannot read, or that can never fire (`0 0 30 2 *`), is refused as well.
 */
export const CronSchema = z
  .string()
  .max(256, 'at most 256 characters')
  .regex(FIVE_FIELDS, 'expected five cron fields in UTC: minute hour day-of-month month day-of-week')
  .refine((expression) => !FIVE_FIELDS.test(expression) || isValidCron(expression), {
    message: 'the scheduler cannot read this expression, or it can never fire',
  });

/** @returns whether the scheduler accepts `expression` and it fires at some time. */
export function isValidCron(expression: string): boolean {
  if (!FIVE_FIELDS.test(expression)) return false;
  try {
    return computeNextRunAt(expression, new Date()) !== null;
  } catch {
    return false;
  }
}

/**
 * The first time after `after` at which a cron expression fires.
 * @param expression five fields, read in UTC.
 * @returns null when it never fires again.
 * @throws when the expression cannot be read; check with {@link isValidCron} first.
 */
export function computeNextRunAt(expression: string, after: Date): Date | null {
  return new Cron(expression, { timezone: 'UTC', mode: '5-part', paused: true }).nextRun(after) ?? null;
}
