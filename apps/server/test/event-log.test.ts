import { EventEmitter, once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database, Transaction } from '../src/platform/database/database.ts';
import { NULL_SPACE_ID } from '../src/platform/database/null-space.ts';
import { appendEvent } from '../src/platform/event-log/append-event.ts';
import { type EventLog, openEventLog } from '../src/platform/event-log/open-event-log.ts';
import { newId } from '../src/platform/ids.ts';
import { createProfile, DIALECTS, type Profile } from './support/profiles.ts';
import { waitFor } from './support/start-server.ts';
import { openRecord } from './support/webhooks.ts';

const START = { tx: 0, seq: 0 };

describe.each(DIALECTS)('The event log on %s', (dialect) => {
  let profile: Profile;
  let database: Database;
  let log: EventLog;
  const open = () => openEventLog({ database, now: () => new Date(), newId });
  beforeEach(async () => {
    profile = await createProfile(dialect);
    database = await openRecord(profile);
    log = await open();
  });
  afterEach(async () => {
    await database.close();
    await profile.dispose();
  });

  const append = (transaction: Transaction, subjectId: string, spaceId = NULL_SPACE_ID) =>
    appendEvent(transaction, {
      spaceId,
      event: 'item.created',
      subjectId,
      type: 'core.note',
      writer: null,
      payload: '{}',
    });
  const write = async (...subjects: string[]) => {
    await database.write(async (transaction) => {
      for (const subject of subjects) await append(transaction, subject);
    });
    await settled();
  };
  /** Waits for what others do on the same Postgres: its transactions are counted together. */
  const settled = () =>
    waitFor(async () => {
      const all = await database.read.selectFrom('events').select('id').execute();
      return (await log.read({ after: START, limit: 100 })).length === all.length;
    });
  const subjects = async (from = START) => (await log.read({ after: from, limit: 100 })).map((row) => row.subject_id);
  const age = (subject: string, created_at = '2020-01-01T00:00:00.000Z') =>
    database.write((transaction) =>
      transaction.updateTable('events').set({ created_at }).where('subject_id', '=', subject).execute(),
    );

  it('stamps its events with the time, and reads them after a place, up to a place, of one space', async () => {
    await write('a', 'b');
    await write('c');
    const [a, b] = await log.read({ after: START, limit: 2 });
    if (!a || !b) throw new Error('two were written');
    expect(a.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(Math.abs(Date.parse(a.created_at) - Date.now())).toBeLessThan(60_000);
    expect(await subjects(a)).toEqual(['b', 'c']);
    expect((await log.read({ after: START, through: b, limit: 9 })).map((row) => row.subject_id)).toEqual(['a', 'b']);
    expect(await log.read({ after: START, spaceId: newId(), limit: 9 })).toEqual([]);
    expect(await subjects(await log.head())).toEqual([]);
  });

  if (dialect === 'postgres')
    it('holds back what is written after a change that has not ended yet', async () => {
      const progress = new EventEmitter();
      const [begun, ended] = [once(progress, 'begun'), once(progress, 'ended')];
      const slow = database.write(async (transaction) => {
        await append(transaction, 'begun first');
        progress.emit('begun');
        await ended;
      });
      await begun;
      await database.write((transaction) => append(transaction, 'ended first'));
      const [meanwhile, head] = [await subjects(), await log.head()];
      progress.emit('ended');
      await slow;
      expect(meanwhile).toEqual([]);
      await settled();
      expect(await subjects()).toEqual(['begun first', 'ended first']);
      expect(await subjects(head)).toEqual(['begun first', 'ended first']);
    });

  it('forgets what is old, and tells cursors from before that they are too old', async () => {
    await write('old');
    const atStart = log.toCursor(START);
    const [old] = await log.read({ after: START, limit: 1 });
    const atOld = log.toCursor(old ?? START);
    await write('older than its place');
    await age('old');
    await write('young');
    await age('older than its place');
    expect(await log.fromCursor(atStart)).toEqual(START);
    await log.prune(72);
    expect(await subjects()).toEqual(['young']);
    expect(await log.fromCursor(atStart)).toBeNull();
    expect(await log.fromCursor(atOld)).toBeNull();
    expect(await log.fromCursor(log.toCursor(await log.prunedThrough()))).toEqual(await log.prunedThrough());
    await age('young');
    await log.prune(72);
    expect(await log.head()).toEqual(await log.prunedThrough());
    expect(await log.fromCursor(log.toCursor(await log.head()))).toEqual(await log.head());
  });

  it('keeps what a webhook is still to be told of', async () => {
    await write('routed', 'waiting');
    const [routed] = await log.read({ after: START, limit: 1 });
    if (!routed) throw new Error('it was written');
    await database.write(async (transaction) => {
      await aWebhookRow(transaction);
      await log.mark('webhooks').move(transaction, routed);
    });
    for (const subject of ['routed', 'waiting']) await age(subject);
    await log.prune(72);
    expect(await subjects()).toEqual(['waiting']);
  });

  if (dialect === 'postgres')
    it('goes on where its transactions are counted from lower on', async () => {
      await write('a', 'b');
      await write('c');
      const [a] = await log.read({ after: START, limit: 1 });
      if (!a) throw new Error('it was written');
      const before = log.toCursor(await log.head());
      // As on a database that was restored into another server.
      const elsewhere = 1_000_000_000_000;
      await database.write(async (transaction) => {
        await transaction
          .updateTable('events')
          .set((row) => ({ tx: row('tx', '+', elsewhere) }))
          .execute();
        await log.mark('webhooks').move(transaction, { tx: a.tx + elsewhere, seq: a.seq });
      });
      expect(await subjects()).toEqual([]);
      log = await open();
      await write('d');
      expect(await subjects()).toEqual(['a', 'b', 'c', 'd']);
      expect(await subjects(await log.mark('webhooks').reached())).toEqual(['b', 'c', 'd']);
      expect(await log.fromCursor(before)).toBeNull();
      const after = log.toCursor(await log.head());
      log = await open();
      expect(await log.fromCursor(after)).toEqual(await log.head());
    });

  it('has one name, whoever opens it', async () => {
    const names = (await Promise.all([open(), open(), open()])).map((each) => each.toCursor(START));
    expect(new Set([...names, log.toCursor(START)]).size).toBe(1);
  });
});

async function aWebhookRow(transaction: Transaction): Promise<void> {
  const id = newId();
  const at = new Date().toISOString();
  await transaction
    .insertInto('items')
    .values({
      id,
      space_id: NULL_SPACE_ID,
      type: 'system.webhook',
      properties: '{}',
      state: 'active',
      version: 1,
      schema_version: '1.0.0',
      source: 'tests',
      timestamp: at,
      created_at: at,
      updated_at: at,
    })
    .execute();
  await transaction
    .insertInto('webhooks')
    .values({
      id,
      space_id: NULL_SPACE_ID,
      url: 'https://example.test/',
      events: '[]',
      secret: '',
      active: 1,
      since_tx: 0,
      since_seq: 0,
      created_at: at,
      updated_at: at,
    })
    .execute();
}
