import { sql } from 'kysely';
import type { Database } from './database/database.ts';
import type { Tables } from './database/tables.ts';
import type { SecretBox } from './secret-box.ts';

/** A column that holds what the secret box sealed. */
export interface SealedPlace {
  table: keyof Tables;
  idColumn: string;
  column: string;
  purpose: string;
  /** The associated data of a row, from its id. */
  placeOf: (id: string) => string;
}

/** Rows that are looked at in one query. */
const PAGE = 200;

export interface ResealReport {
  resealed: number;
  /** Ids of rows that no key of the list opens. */
  unreadable: string[];
}

/**
 * Seals every secret of one place under the newest key. Servers may go on meanwhile: a row that changes is left as it is
 * then, and a rotation that was cut short is taken up by the next.
 */
export async function resealPlace(database: Database, box: SecretBox, place: SealedPlace): Promise<ResealReport> {
  const report: ResealReport = { resealed: 0, unreadable: [] };
  const { idColumn, column, purpose, placeOf } = place;
  const [table, id, sealed] = [sql.table(place.table), sql.ref(idColumn), sql.ref(column)];
  for (let last = ''; ; ) {
    const { rows } = await sql<{ id: string; sealed: string | null }>`
      select ${id} as id, ${sealed} as sealed from ${table} where ${id} > ${last} order by ${id} limit ${PAGE}`.execute(
      database.read,
    );
    for (const row of rows) {
      if (row.sealed === null || row.sealed === '' || box.isCurrent(row.sealed)) continue;
      const plaintext = tryOpen(() => box.open(purpose, placeOf(row.id), row.sealed ?? ''));
      if (plaintext === null) {
        report.unreadable.push(row.id);
        continue;
      }
      const fresh = box.seal(purpose, placeOf(row.id), plaintext);
      const { numAffectedRows = 0n } = await database.write((transaction) =>
        sql`update ${table} set ${sealed} = ${fresh} where ${id} = ${row.id} and ${sealed} = ${row.sealed}`.execute(
          transaction,
        ),
      );
      report.resealed += Number(numAffectedRows);
    }
    const end = rows.at(-1);
    if (end === undefined || rows.length < PAGE) return report;
    last = end.id;
  }
}

function tryOpen(open: () => string): string | null {
  try {
    return open();
  } catch {
    return null;
  }
}
