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
