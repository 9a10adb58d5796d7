import { z } from 'zod';
import { IdSchema } from '../items/primitives.ts';

export const IdParams = z.strictObject({ id: IdSchema });
export const Ok = z.object({ ok: z.literal(true) });

/** The body of an endpoint that takes bytes as they come. */
export const ByteStreamSchema = z.custom<AsyncIterable<Uint8Array>>(
  (value) => typeof value === 'object' && value !== null && Symbol.asyncIterator in value,
  'expected a stream of bytes',
);

/** A query value that reads as a whole number in a range. */
export const integerInRange = (low: number, high: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `expected a whole number from ${low} to ${high}`)
    .transform(Number)
    .pipe(z.number().min(low, `expected ${low} or more`).max(high, `expected ${high} or less`));

export const PageQuery = {
  limit: integerInRange(1, 200).prefault('50'),
  cursor: z.string().min(1).max(4096).optional(),
};

/** One page of a list; pass `cursor` back to get the next one. */
export function pageOf<Row extends z.ZodType>(row: Row) {
  return z.object({ data: z.array(row), cursor: z.string().nullable(), has_more: z.boolean() });
}

/** A comma-separated query value as a list. */
export const commaList = <Entry extends z.ZodType<unknown, string>>(entry: Entry, max: number) =>
  z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    )
    .pipe(z.array(entry).min(1).max(max, `at most ${max} entries`));
