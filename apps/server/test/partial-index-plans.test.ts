import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lockNaturalKey } from '../src/modules/items/items-store.ts';
import type { Database, Queryable, Transaction } from '../src/platform/database/database.ts';
import { newId } from '../src/platform/ids.ts';
import { foldWaiting } from '../src/platform/mailbox/fold-waiting.ts';
import { createSqlMailbox } from '../src/platform/mailbox/sql-mailbox.ts';
import { createProfile, type Profile } from './support/profiles.ts';
import { planOf, recordQueries } from './support/query-plans.ts';
import { openRecord } from './support/webhooks.ts';

/** What is asked once for every write or message, with the index that holds only the few rows it is about. */
const LOOKS: [what: string, index: string, look: (database: Database, queryable: Queryable) => Promise<unknown>][] = [
  [
    'the item under a natural key',
    'items_natural_key',
    (_database, queryable) =>
      lockNaturalKey(queryable as Transaction, 'sqlite', 'space', { source: 'source', sourceId: 'id' }),
  ],
  [
    'the next message of a mailbox',
    'mailbox_runnable',
    (database, queryable) => createSqlMailbox({ ...database, read: queryable }, { newId }).nextDueAtMs('connection'),
  ],
  [
    'the message that a newer one is folded into',
    'mailbox_coalesced',
    (_database, queryable) =>
      foldWaiting(queryable as Transaction, {
        connectionId: 'connection',
        coalesceKey: 'key',
        message: {
          kind: 'manual',
          integration_name: 'a',
          connection_id: 'b',
          tenant_id: 'c',
          requested_at_ms: 0,
          requested_by: 'd',
        },
      }),
  ],
];

// Postgres plans with the values that it is given; SQLite goes by the text alone.
describe('On SQLite a partial index is used', () => {
  let profile: Profile;
  let database: Database;
  beforeAll(async () => {
    profile = await createProfile('sqlite');
    database = await openRecord(profile);
  });
  afterAll(async () => {
    await database.close();
    await profile.dispose();
  });

  it.each(LOOKS)('to find %s: %s', async (_what, index, look) => {
    const { queryable, queries } = recordQueries(database);
    await look(database, queryable);
    const plans = await Promise.all(queries().map((query) => planOf(database, query)));
    expect(plans).toHaveLength(1);
    expect(plans[0]?.[0]).toContain(`USING INDEX ${index}`);
  });
});
