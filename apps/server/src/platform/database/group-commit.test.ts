import SqliteDatabase from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Transaction } from './database.ts';
import { createGroupCommit } from './group-commit.ts';
import type { Tables } from './tables.ts';

describe('group commit', () => {
  let raw: SqliteDatabase.Database;
  let statements: string[];
  let group: ReturnType<typeof createGroupCommit>;
  beforeEach(() => {
    statements = [];
    raw = new SqliteDatabase(':memory:', { verbose: (text) => statements.push(String(text)) });
    raw.exec('create table settings (key text primary key, value text not null)');
    group = createGroupCommit(new Kysely<Tables>({ dialect: new SqliteDialect({ database: raw }) }));
  });

  const put = (key: string) => (transaction: Transaction) =>
    transaction.insertInto('settings').values({ key, value: 'x' }).execute();
  const keys = () => raw.prepare('select key from settings order by key').pluck().all();
  const count = (text: string) => statements.filter((statement) => statement === text).length;

  it('commits what arrives together in one transaction', async () => {
    await Promise.all(['a', 'b', 'c'].map((key) => group.write(put(key))));
    expect(keys()).toEqual(['a', 'b', 'c']);
    expect(count('commit')).toBe(1);
  });

  it('undoes the unit that throws, in all it did, and no other', async () => {
    const results = await Promise.allSettled([
      group.write(put('a')),
      group.write(async (transaction) => {
        await put('half')(transaction);
        throw new Error('changed my mind');
      }),
      group.write(put('c')),
    ]);
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(keys()).toEqual(['a', 'c']);
  });

  it('lets a later unit see what an earlier one of the same group wrote', async () => {
    const seen = await Promise.all([
      group.write(put('a')),
      group.write((transaction) => transaction.selectFrom('settings').select('key').execute()),
    ]);
    expect(seen[1]).toEqual([{ key: 'a' }]);
  });

  it('tells every unit of a group whose commit failed, and goes on with the next', async () => {
    raw.exec('create table child (parent text references settings (key) deferrable initially deferred)');
    raw.pragma('foreign_keys = on');
    const broken = group.write(async (transaction) => {
      await put('a')(transaction);
      raw.exec("insert into child values ('nobody')");
    });
    const innocent = group.write(put('b'));
    await expect(broken).rejects.toThrow();
    await expect(innocent).rejects.toThrow();
    await group.write(put('c'));
    expect(keys()).toEqual(['c']);
  });

  it('is drained once everything that waited is done', async () => {
    const written = group.write(put('a'));
    await group.drain();
    expect(keys()).toEqual(['a']);
    await written;
  });
});

describe('group commit on a full disk', () => {
  it('refuses with storage_unavailable, keeps what was answered, and goes on once there is room', async () => {
    const raw = new SqliteDatabase(':memory:');
    raw.exec('create table settings (key text primary key, value text not null)');
    const pages = (count: number) => raw.pragma(`max_page_count = ${count}`);
    pages(20);
    const group = createGroupCommit(new Kysely<Tables>({ dialect: new SqliteDialect({ database: raw }) }));
    const put = (key: string) =>
      group.write((transaction) =>
        transaction
          .insertInto('settings')
          .values({ key, value: 'x'.repeat(4000) })
          .execute(),
      );
    const results = await Promise.allSettled(Array.from({ length: 600 }, (_, index) => put(`key-${index}`)));
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    for (const { reason } of refused) expect(reason).toMatchObject({ code: 'storage_unavailable' });
    expect(raw.prepare('select count(*) from settings').pluck().get()).toBe(results.length - refused.length);
    pages(2000);
    await put('afterwards');
    expect(raw.prepare("select count(*) from settings where key = 'afterwards'").pluck().get()).toBe(1);
  });
});
