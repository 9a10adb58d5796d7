import { sql } from 'kysely';
import type { Database, Queryable, Transaction } from './database.ts';
import { preparedQuery } from './prepared-query.ts';

/** What an item is found by; the words are folded already. */
export interface SearchEntry {
  itemId: string;
  spaceId: string;
  words: readonly string[];
}

/** An item that has the words, and its place in the order in which items came to have words. */
export interface SearchHit {
  seq: number;
  item_id: string;
}

/** Stands among an item's words and names its space; no text yields it, so that a space's words are searched alone. */
const spaceWord = (spaceId: string) => `§${spaceId.replaceAll('-', '')}`;

/** Puts the words of an item in place of those it had. */
export async function putSearchEntry(
  transaction: Transaction,
  dialect: Database['dialect'],
  { itemId, spaceId, words }: SearchEntry,
): Promise<void> {
  const all = [spaceWord(spaceId), ...words];
  if (dialect === 'postgres') {
    await putVector(transaction, { itemId, spaceId, words: all });
    return;
  }
  await putPlace(transaction, { itemId, spaceId });
  await putWords(transaction, { itemId, text: all.join(' ') });
}

const putVector = preparedQuery<{ itemId: string; spaceId: string; words: string[] }>(
  ['itemId', 'spaceId', 'words'],
  (_, value) => sql`insert into item_search (item_id, space_id, words)
    values (${value.itemId}, ${value.spaceId}, array_to_tsvector(${value.words}::text[]))
    on conflict (item_id) do update set words = excluded.words`,
);
const putPlace = preparedQuery<{ itemId: string; spaceId: string }>(
  ['itemId', 'spaceId'],
  (_, value) => sql`insert into item_search (item_id, space_id) values (${value.itemId}, ${value.spaceId})
    on conflict (item_id) do nothing`,
);
const putWords = preparedQuery<{ itemId: string; text: string }>(
  ['itemId', 'text'],
  (_, value) => sql`insert or replace into item_search_words (rowid, words)
    select seq, ${value.text} from item_search where item_id = ${value.itemId}`,
);

/**
 * Finds items of a space that have all words, the newest entries first.
 * @param options.opening a word that may go on: it stands for every word that begins with it.
 * @param options.before the place to go on from, or null for the beginning.
 */
export async function findSearchHits(
  queryable: Queryable,
  dialect: Database['dialect'],
  options: { spaceId: string; words: readonly string[]; opening: string | null; before: number | null; limit: number },
): Promise<SearchHit[]> {
  const { spaceId, opening, limit } = options;
  const words = [spaceWord(spaceId), ...options.words];
  const before = options.before ?? Number.MAX_SAFE_INTEGER;
  // Words hold letters and digits alone, so nothing in them can be read as an operator.
  if (dialect === 'postgres') {
    const query = [...words.map((word) => `'${word}'`), ...(opening === null ? [] : [`'${opening}':*`])].join(' & ');
    const { rows } = await sql<SearchHit>`select seq, item_id from item_search
      where words @@ ${query}::tsquery and seq < ${before} order by seq desc limit ${limit}`.execute(queryable);
    return rows;
  }
  const query = [...words.map((word) => `"${word}"`), ...(opening === null ? [] : [`"${opening}" *`])].join(' AND ');
  const { rows } = await sql<SearchHit>`select entry.seq, entry.item_id
    from item_search_words as words cross join item_search as entry on entry.seq = words.rowid
    where words.item_search_words match ${query} and words.rowid < ${before} order by words.rowid desc limit ${limit}`.execute(
    queryable,
  );
  return rows;
}
