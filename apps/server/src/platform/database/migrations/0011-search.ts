import { CORE_TYPES, type Properties, type TypeSchema } from '@withmarfa/shared';
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { searchWordsOf } from '../../search-words.ts';
import type { Database, Transaction } from '../database.ts';
import { putSearchEntry } from '../search-index.ts';

const CHUNK = 500;

/**
 * The words that items are found by, in the order in which items came to have words. They go with their item. On SQLite
 * they lie in a full-text index without the texts, on Postgres in a tsvector.
 */
export function search(dialect: Database['dialect']): Migration {
  return {
    async up(db: Kysely<unknown>) {
      const run = (text: string) => sql.raw(text).execute(db);
      for (const statement of dialect === 'sqlite' ? SQLITE : POSTGRES) await run(statement);
      await indexWhatIsThere(db as unknown as Transaction, dialect);
    },
  };
}

const SQLITE = [
  `create table item_search (seq integer primary key autoincrement,
    item_id text not null unique references items (id) on delete cascade, space_id text not null)`,
  // The ascii tokenizer takes words as they are: they are folded already, and cut at blanks.
  `create virtual table item_search_words using fts5 (
    words, content='', contentless_delete=1, tokenize='ascii', detail=none)`,
  `create trigger item_search_gone after delete on item_search begin
    delete from item_search_words where rowid = old.seq; end`,
];
const POSTGRES = [
  `create table item_search (seq bigserial primary key,
    item_id text not null unique references items (id) on delete cascade, space_id text not null, words tsvector not null)`,
  'create index item_search_words on item_search using gin (words)',
];

async function indexWhatIsThere(db: Transaction, dialect: Database['dialect']): Promise<void> {
  const own = await sql<{ space_id: string; schema: string }>`select space_id, schema from space_types`.execute(db);
  const schemas = new Map<string, TypeSchema>();
  for (const { space_id, schema } of own.rows) {
    const type = JSON.parse(schema) as TypeSchema;
    schemas.set(`${space_id} ${type.id}`, type);
  }
  const core = new Map(CORE_TYPES.map((type) => [type.id, type]));
  const chainOf = (spaceId: string, id: string): TypeSchema[] => {
    const type = schemas.get(`${spaceId} ${id}`) ?? core.get(id);
    return type ? [type, ...(type.parent ? chainOf(spaceId, type.parent) : [])] : [];
  };
  let after = { created_at: '', id: '' };
  for (;;) {
    const rows = await db
      .selectFrom('items')
      .select(['id', 'space_id', 'type', 'properties', 'created_at'])
      .where((items) => items(items.refTuple('created_at', 'id'), '>', items.tuple(after.created_at, after.id)))
      .where('type', 'not like', 'system.%')
      .orderBy('created_at')
      .orderBy('id')
      .limit(CHUNK)
      .execute();
    for (const row of rows) {
      const words = searchWordsOf(chainOf(row.space_id, row.type), JSON.parse(row.properties) as Properties);
      if (words.length > 0) await putSearchEntry(db, dialect, { itemId: row.id, spaceId: row.space_id, words });
    }
    const last = rows.at(-1);
    if (!last || rows.length < CHUNK) return;
    after = last;
  }
}
