import type { Properties } from '@withmarfa/shared';
import type { Database, Transaction } from '../../../platform/database/database.ts';
import { putSearchEntry } from '../../../platform/database/search-index.ts';
import { searchWordsOf } from '../../../platform/search-words.ts';
import type { Catalogue } from '../../types/index.ts';
import type { ItemRow } from '../item-row.ts';

/**
 * Lets an item be found by its words, in the transaction that writes it. Nothing is written for an item without words, nor
 * for a change that leaves the words as they were.
 * @param before the row as it was, for an item that changed.
 */
export async function indexItem(
  transaction: Transaction,
  dialect: Database['dialect'],
  { catalogue, row, before }: { catalogue: Catalogue; row: ItemRow; before?: ItemRow },
): Promise<void> {
  if (before?.properties === row.properties) return;
  const { id, ancestors = [] } = catalogue.refOf(row.type);
  const chain = [id, ...ancestors].map((type) => catalogue.find(type)).filter((type) => type !== null);
  const wordsOf = ({ properties }: ItemRow) => searchWordsOf(chain, JSON.parse(properties) as Properties);
  const words = wordsOf(row);
  const had = before ? wordsOf(before) : [];
  if (words.length === had.length && words.every((word, index) => word === had[index])) return;
  await putSearchEntry(transaction, dialect, { itemId: row.id, spaceId: row.space_id, words });
}
