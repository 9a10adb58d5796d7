import { describe, expect, it } from 'vitest';
import { shareTurn } from './share-turn.ts';

describe('What is asked in one turn', () => {
  it('is sought once for all who asked, and apart for each question', async () => {
    const sought: string[] = [];
    const ask = shareTurn(async (question) => {
      sought.push(question);
      return sought.length;
    });
    expect(await Promise.all([ask('a'), ask('b'), ask('a')])).toEqual([1, 2, 1]);
    expect(sought).toEqual(['a', 'b']);
  });

  it('is sought again for whoever comes while it is being sought', async () => {
    let truth = 'before';
    const { promise: isSeeking, resolve: seeking } = Promise.withResolvers<void>();
    const { promise: isSlow, resolve: goOn } = Promise.withResolvers<void>();
    const ask = shareTurn(async () => {
      const found = truth;
      seeking();
      await isSlow;
      return found;
    });
    const first = ask('a');
    await isSeeking;
    truth = 'after';
    const second = ask('a');
    goOn();
    expect(await first).toBe('before');
    expect(await second).toBe('after');
  });

  it('is sought again after it could not be found', async () => {
    let fails = true;
    const ask = shareTurn(async () => {
      if (fails) throw new Error('down');
      return 'found';
    });
    await expect(Promise.all([ask('a'), ask('a')])).rejects.toThrow('down');
    fails = false;
    expect(await ask('a')).toBe('found');
  });
});
