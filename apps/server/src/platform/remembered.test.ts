import { describe, expect, it, vi } from 'vitest';
import { runAfterCommit } from './database/after-commit.ts';
import type { Transaction } from './database/database.ts';
import { createRemembered, rememberUntilCommit } from './remembered.ts';

const aTransaction = () => ({}) as Transaction;
const row = (name: string) => ({ name });

it('reads once where nobody else writes', async () => {
  const remembered = createRemembered<{ name: string }>({ isSoleWriter: true }, 10);
  const read = vi.fn(async () => row('first'));
  await remembered.get('key', read);
  expect(await remembered.get('key', read)).toEqual({ name: 'first' });
  expect(read).toHaveBeenCalledTimes(1);
});

it('reads every time where another process may have written', async () => {
  const remembered = createRemembered<{ name: string }>({ isSoleWriter: false }, 10);
  await remembered.get('key', async () => row('first'));
  expect(await remembered.get('key', async () => row('second'))).toEqual({ name: 'second' });
});

it('forgets at the commit, not before', async () => {
  const remembered = createRemembered<{ name: string }>({ isSoleWriter: true }, 10);
  await remembered.get('key', async () => row('first'));
  const transaction = aTransaction();
  remembered.forgetAll(transaction);
  expect(await remembered.get('key', async () => row('second'))).toEqual({ name: 'first' });
  runAfterCommit(transaction);
  expect(await remembered.get('key', async () => row('second'))).toEqual({ name: 'second' });
});

it('does not keep what was read before a commit and arrived after it', async () => {
  const remembered = createRemembered<{ name: string }>({ isSoleWriter: true }, 10);
  const transaction = aTransaction();
  await remembered.get('key', async () => {
    remembered.forgetAll(transaction);
    runAfterCommit(transaction);
    return row('stale');
  });
  expect(await remembered.get('key', async () => row('fresh'))).toEqual({ name: 'fresh' });
});

it('does not keep that something is missing', async () => {
  const remembered = createRemembered<{ name: string }>({ isSoleWriter: true }, 10);
  expect(await remembered.get('key', async () => undefined)).toBeUndefined();
  expect(await remembered.get('key', async () => row('there'))).toEqual({ name: 'there' });
});

describe('what is remembered until the next commit', () => {
  function aRecord({ isSoleWriter = true } = {}) {
    const listeners = new Set<() => void>();
    const listen = (listener: () => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    };
    const commit = () => {
      for (const listener of listeners) listener();
    };
    return { commit, remembered: rememberUntilCommit<{ name: string }>({ isSoleWriter, commits: { listen } }, 10) };
  }

  it('is read again after any commit, and not before', async () => {
    const { commit, remembered } = aRecord();
    await remembered.get('key', async () => row('first'));
    expect(await remembered.get('key', async () => row('second'))).toEqual({ name: 'first' });
    commit();
    expect(await remembered.get('key', async () => row('second'))).toEqual({ name: 'second' });
  });

  it('is never what was read before a commit and arrived after it', async () => {
    const { commit, remembered } = aRecord();
    await remembered.get('key', async () => {
      commit();
      return row('stale');
    });
    expect(await remembered.get('key', async () => row('fresh'))).toEqual({ name: 'fresh' });
  });

  it('is nothing where another process may have written', async () => {
    const { remembered } = aRecord({ isSoleWriter: false });
    await remembered.get('key', async () => row('first'));
    expect(await remembered.get('key', async () => row('second'))).toEqual({ name: 'second' });
  });
});
