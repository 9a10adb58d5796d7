import { beforeEach, expect, it } from 'vitest';
import { describeDatabase } from '../../../test/support/describe-database.ts';
import type { Database } from './database.ts';

describeDatabase('writes that join', (under) => {
  beforeEach(() => under.database.write((transaction) => transaction.deleteFrom('settings').execute()));

  const put = (key: string) =>
    under.database.write((transaction) => transaction.insertInto('settings').values({ key, value: 'x' }).execute());
  const keysIn = async (queryable: Database['read']) =>
    (await queryable.selectFrom('settings').select('key').orderBy('key').execute()).map(({ key }) => key);
  const broken = new Error('changed my mind');

  it('are one transaction: all on disk at the end, and seen by nobody else before', async () => {
    await under.database.writeTogether(async () => {
      await put('a');
      await put('b');
      expect(await keysIn(under.database.read)).toEqual(['a', 'b']);
      expect(await keysIn(under.database.apart.read)).toEqual([]);
    });
    expect(await keysIn(under.database.read)).toEqual(['a', 'b']);
  });

  it('are announced when they are on disk, and not before', async () => {
    let announced = 0;
    const stop = under.database.commits.listen(() => {
      announced += 1;
    });
    await under.database.writeTogether(async () => {
      await put('a');
      await put('b');
      expect(announced).toBe(0);
    });
    stop();
    expect(announced).toBe(1);
  });

  it('leave nothing when the whole fails', async () => {
    const whole = under.database.writeTogether(async () => {
      await put('a');
      throw broken;
    });
    await expect(whole).rejects.toBe(broken);
    expect(await keysIn(under.database.read)).toEqual([]);
  });

  it('fail alone when somebody catches their fault', async () => {
    await under.database.writeTogether(async () => {
      await put('a');
      await put('a').catch(() => undefined);
      const half = under.database.write(async (transaction) => {
        await transaction.insertInto('settings').values({ key: 'half', value: 'x' }).execute();
        await put('quarter');
        throw broken;
      });
      await expect(half).rejects.toBe(broken);
      await put('b');
    });
    expect(await keysIn(under.database.read)).toEqual(['a', 'b']);
  });

  it('may be asked for at the same moment, and also without waiting for them', async () => {
    await under.database.writeTogether(async () => {
      const results = await Promise.allSettled(['a', 'a', 'b', 'b', 'c'].map(put));
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
      void put('d');
    });
    expect(await keysIn(under.database.read)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('stand for themselves when the whole has ended, or when they ask for it', async () => {
    let late: Promise<unknown> = Promise.resolve();
    let aside: Promise<unknown> = Promise.resolve();
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const whole = under.database.writeTogether(async () => {
      late = ended.then(() => put('late'));
      aside = under.database.apart.write((transaction) =>
        transaction.insertInto('settings').values({ key: 'aside', value: 'x' }).execute(),
      );
      await put('a');
      throw broken;
    });
    await expect(whole).rejects.toBe(broken);
    resolve();
    await Promise.all([late, aside]);
    expect(await keysIn(under.database.read)).toEqual(['aside', 'late']);
  });

  it('take in what a library writes through the database it was given, transactions and all', async () => {
    const { shared } = under.database;
    const add = (queryable: Database['read'], key: string) =>
      queryable.insertInto('settings').values({ key, value: 'x' }).execute();
    const whole = under.database.writeTogether(async () => {
      await add(shared, 'a');
      await shared.transaction().execute((transaction) => add(transaction, 'b'));
      expect(await keysIn(under.database.read)).toEqual(['a', 'b']);
      throw broken;
    });
    await expect(whole).rejects.toBe(broken);
    expect(await keysIn(under.database.read)).toEqual([]);
    await add(shared, 'c');
    await shared.transaction().execute((transaction) => add(transaction, 'd'));
    expect(await keysIn(under.database.read)).toEqual(['c', 'd']);
  });
});
