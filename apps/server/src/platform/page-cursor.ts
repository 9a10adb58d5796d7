import { MarfaError } from '@withmarfa/shared';
import { z } from 'zod';

const PartSchema = z.string().refine((text) => !text.includes('\0'));
const CursorSchema = z.tuple([PartSchema, PartSchema]);

/** The place in a list where a page ended: the sort value and id of its last row. */
export interface Place {
  value: string;
  id: string;
}

/** @returns an opaque cursor. It names rows by their sort value, so writes between two pages move nothing. */
export function encodeCursor(place: Place): string {
  return Buffer.from(JSON.stringify([place.value, place.id])).toString('base64url');
}

/** @throws MarfaError `validation_error` when the text is not a cursor of ours. */
export function decodeCursor(cursor: string): Place {
  try {
    const [value, id] = CursorSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
    return { value, id };
  } catch (cause) {
    const issues = [{ path: 'query $.cursor', message: 'expected the cursor of a previous page' }];
    throw new MarfaError('validation_error', 'The cursor is not one of this list.', { cause, details: { issues } });
  }
}

/** Cuts a page out of one row more than the limit; that row only tells that there are more. */
export function toPage<Row, Out>(
  rows: readonly Row[],
  limit: number,
  place: (row: Row) => Place,
  shape: (row: Row) => Out,
) {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const has_more = rows.length > limit;
  return { data: page.map(shape), cursor: has_more && last ? encodeCursor(place(last)) : null, has_more };
}
