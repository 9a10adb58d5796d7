import { z } from 'zod';
import { IdSchema } from '../items/primitives.ts';

export const IdParams = z.strictObject({ id: IdSchema });
export const Ok = z.object({ ok: z.literal(true) });

/** The body of an endpoint that takes bytes as they come. */
export const ByteStreamSchema = z.custom<AsyncIterable<Uint8Array>>(
  (value) => typeof value === 'object' && value !== null && Symbol.asyncIterator in value,
  'expected a stream of bytes',
);

/**
 * A query value that reads as a whole number in a range. `meaning` is its JSON Schema for the reader of the API
 * document, who is not helped by learning that a number in a URL is a text.
 */
export const integerInRange = (low: number, high: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `expected a whole number from ${low} to ${high}`)
    .transform(Number)
    .pipe(z.number().min(low, `expected ${low} or more`).max(high, `expected ${high} or less`))
    .meta({ meaning: { type: 'integer', minimum: low, maximum: high } });

export const PageQuery = {
  limit: integerInRange(1, 200).prefault('50').describe('The most rows on one page.'),
  cursor: z
    .string()
    .min(1)
    .max(4096)
    .optional()
    .describe('The `cursor` of the page before; absent for the first page.'),
};

/** One page of a list; pass `cursor` back to get the next one. */
export function pageOf<Row extends z.ZodType>(row: Row) {
  return z.object({ data: z.array(row), cursor: z.string().nullable(), has_more: z.boolean() });
}

/**
 * A body that its endpoint judges itself, because its faults have a code of their own. Documents still show the shape.
 */
export function judgedLater<Schema extends z.ZodType>(schema: Schema): z.ZodType<z.input<Schema>, z.input<Schema>> {
  const { $schema: _dialect, ...shape } = z.toJSONSchema(schema, { io: 'input' });
  return z.custom<z.input<Schema>>((body) => body !== undefined, 'a JSON body is needed').meta(shape);
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
    .pipe(z.array(entry).min(1).max(max, `at most ${max} entries`))
    .meta({ meaning: { type: 'array', items: z.toJSONSchema(entry, { io: 'input' }), minItems: 1, maxItems: max } });
