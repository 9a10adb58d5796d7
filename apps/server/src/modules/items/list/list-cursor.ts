import { createHash } from 'node:crypto';
import { MarfaError } from '@withmarfa/shared';
import { z } from 'zod';

/** How long a cursor is taken back. */
const MAX_AGE_MS = 24 * 3_600_000;

const PartSchema = z
  .string()
  .max(300)
  .refine((text) => !text.includes('\0'));
const CursorSchema = z.tuple([PartSchema, PartSchema, z.int(), z.string()]);

/** A place in the order of a list: the sort value and id of a row that was seen or passed over. */
export interface ListPlace {
  value: string;
  id: string;
}

/** Gives out the cursors of one list, and takes back none but those. */
export interface ListCursors {
  encode(place: ListPlace): string;
  /** @throws MarfaError `validation_error` for what is no cursor, of another list, or older than a day. */
  decode(cursor: string): ListPlace;
  /** As `decode`, for lists in the order of a rising whole number. */
  decodeNumber(cursor: string): number;
}

/**
 * @param list everything that decides which rows a list has and in which order. The space is none of it: a list is of the
 *   caller's space whatever a cursor says.
 */
export function createListCursors(list: Readonly<Record<string, unknown>>, now: () => Date): ListCursors {
  const name = createHash('sha256')
    .update(JSON.stringify(Object.entries(list).sort(([a], [b]) => (a < b ? -1 : 1))))
    .digest('base64url')
    .slice(0, 22);
  const cursors: ListCursors = {
    encode: ({ value, id }) => Buffer.from(JSON.stringify([value, id, now().getTime(), name])).toString('base64url'),
    decode(cursor) {
      const read = CursorSchema.safeParse(parse(cursor));
      if (!read.success) throw refused('expected the cursor of a previous page');
      const [value, id, issuedAt, of] = read.data;
      if (of !== name) throw refused('expected a cursor of this list: same filters, sort and direction');
      const age = now().getTime() - issuedAt;
      // Two servers' clocks may differ a little; a cursor from further ahead is none of ours.
      if (age > MAX_AGE_MS || age < -MAX_AGE_MS) throw refused('the cursor is older than 24 hours; begin anew');
      return { value, id };
    },
    decodeNumber(cursor) {
      const place = Number(cursors.decode(cursor).value);
      if (!Number.isSafeInteger(place) || place < 0) throw refused('expected the cursor of a previous page');
      return place;
    },
  };
  return cursors;
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

function refused(message: string): MarfaError {
  return new MarfaError('validation_error', 'The cursor is not one of this list.', {
    details: { issues: [{ path: 'query $.cursor', message }] },
  });
}
