import { EventEmitter } from 'node:events';
import type { Clock } from '@withmarfa/engine';
import { MarfaError } from '@withmarfa/shared';
import { describe, expect, it } from 'vitest';
import type { BudgetBoard, Told } from './budget-board.ts';
import type { Asker } from './call-upstream.ts';
import { readRateNews } from './read-rate-news.ts';
import { createUpstreamBudgets, type UpstreamBudgets } from './upstream-budgets.ts';

const START = Date.UTC(2026, 2, 1, 12, 0, 0);
const KEY = { account: 'account', origin: 'https://api.example' };

/** Time that stands still until it is moved; whoever waits is woken in order. */
function aClock() {
  let nowMs = START;
  let waiting: { atMs: number; wake: () => void }[] = [];
  const settled = async () => {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  };
  const clock: Clock = {
    nowMs: () => nowMs,
    at(atMs, wake) {
      const entry = { atMs, wake };
      waiting.push(entry);
      return () => {
        waiting = waiting.filter((other) => other !== entry);
      };
    },
  };
  return {
    clock,
    sleep: (ms: number) => new Promise<void>((resolve) => void clock.at(nowMs + ms, resolve)),
    async run(forMs: number) {
      const endMs = nowMs + forMs;
      await settled();
      for (;;) {
        const next = waiting.toSorted((a, b) => a.atMs - b.atMs)[0];
        if (!next || next.atMs > endMs) break;
        waiting = waiting.filter((other) => other !== next);
        nowMs = Math.max(nowMs, next.atMs);
        next.wake();
        await settled();
      }
      nowMs = endMs;
    },
  };
}

/** An upstream that allows so many calls in a window and says so, in one of the ways that are in use. */
function anUpstream(
  { clock, sleep }: ReturnType<typeof aClock>,
  options: { limit: number; windowMs: number; tells?: 'epoch' | 'delta' | 'nothing' },
) {
  let windowEndsMs = 0;
  let used = 0;
  const counts = { refused: 0, windows: [] as number[] };
  return {
    counts,
    async call(latencyMs: number) {
      // A call is counted half-way; its answer is old when it arrives.
      await sleep(latencyMs / 2);
      if (clock.nowMs() >= windowEndsMs) {
        windowEndsMs = clock.nowMs() - (clock.nowMs() % options.windowMs) + options.windowMs;
        used = 0;
        counts.windows.push(0);
      }
      const isRefused = used >= options.limit;
      if (isRefused) counts.refused += 1;
      else {
        used += 1;
        counts.windows[counts.windows.length - 1] = used;
      }
      const reset = options.tells === 'delta' ? Math.ceil((windowEndsMs - clock.nowMs()) / 1000) : windowEndsMs / 1000;
      const told =
        options.tells === 'nothing'
          ? []
          : [
              'X-RateLimit-Limit',
              String(options.limit),
              'X-RateLimit-Remaining',
              String(options.limit - used),
              'X-RateLimit-Reset',
              String(reset),
            ];
      await sleep(latencyMs / 2);
      return readRateNews(isRefused ? 429 : 200, told, clock.nowMs());
    },
  };
}

const anAsker = () => Object.assign(new EventEmitter(), { destroyed: false }) as unknown as Asker & EventEmitter;
const admit = (budgets: UpstreamBudgets, connection = 'one', asker: Asker = anAsker()) =>
  budgets.admit(KEY, connection, asker);
const outcome = (admission: Promise<unknown>) =>
  admission.then(
    () => 'sent',
    (error: unknown) => (MarfaError.is(error, 'rate_limited') ? `wait ${error.details?.retry_after_seconds}` : error),
  );

describe('the budget of an upstream account', () => {
  it('holds nothing back until something has been learned', async () => {
    const budgets = createUpstreamBudgets({ ...aClock(), board: null });
    const permits = await Promise.all(Array.from({ length: 500 }, (_, index) => admit(budgets, `c${index % 20}`)));
    for (const permit of permits) permit.settle(null);
    expect(permits).toHaveLength(500);
  });

  it.each<['epoch' | 'delta']>([['epoch'], ['delta']])(
    'lets 20 Connections use 100 calls a minute without a 429 from the upstream, told by %s',
    async (tells) => {
      const time = aClock();
      const upstream = anUpstream(time, { limit: 100, windowMs: 60_000, tells });
      const budgets = createUpstreamBudgets({ ...time, board: null });
      const done = new Map<string, number>();
      const endMs = START + 10 * 60_000;

      /** Asks again as soon as it may, as the SDK does; the first is greedy and has ten calls under way. */
      async function work(connection: string, latencyMs: number): Promise<void> {
        while (time.clock.nowMs() < endMs) {
          try {
            const permit = await admit(budgets, connection);
            permit.settle(await upstream.call(latencyMs));
            done.set(connection, (done.get(connection) ?? 0) + 1);
          } catch (error) {
            if (!MarfaError.is(error, 'rate_limited')) throw error;
            await time.sleep(Number(error.details?.retry_after_seconds) * 1000);
          }
        }
      }
      for (let index = 0; index < 20; index += 1)
        for (let lane = 0; lane < (index === 0 ? 10 : 1); lane += 1) void work(`c${index}`, 80 + index * 17);
      await time.run(10 * 60_000);

      const { refused, windows } = upstream.counts;
      const full = windows.slice(0, 10);
      const usedShare = full.reduce((sum, used) => sum + used, 0) / (100 * full.length);
      expect(refused).toBe(0);
      expect(usedShare).toBeGreaterThanOrEqual(0.95);
      expect(done.size).toBe(20);
      // Half of an even share at the least, for everybody and over all windows.
      expect(Math.min(...done.values())).toBeGreaterThanOrEqual((100 * full.length) / 20 / 2);
      const sum = [...done.values()].reduce((all, one) => all + one, 0);
      expect(sum).toBeLessThanOrEqual(100 * windows.length);
    },
  );

  it('counts calls that are under way against what is left', async () => {
    const time = aClock();
    const budgets = createUpstreamBudgets({ ...time, board: null });
    const first = await admit(budgets);
    first.settle(readRateNews(200, ['x-ratelimit-remaining', '3', 'x-ratelimit-reset', '60'], START));
    expect(await Promise.all([1, 2, 3, 4].map(() => outcome(admit(budgets))))).toEqual([
      'sent',
      'sent',
      'sent',
      'wait 61',
    ]);
  });

  it('does not believe an answer that is older than what it counted itself', async () => {
    const time = aClock();
    const budgets = createUpstreamBudgets({ ...time, board: null });
    const told = (remaining: number) =>
      readRateNews(
        200,
        ['x-ratelimit-limit', '10', 'x-ratelimit-remaining', String(remaining), 'x-ratelimit-reset', '60'],
        START,
      );
    const permits = await Promise.all(Array.from({ length: 10 }, () => admit(budgets)));
    // The upstream counted all ten; the answers come in the wrong order.
    permits[9]?.settle(told(0));
    permits.slice(0, 9).forEach((permit, index) => {
      permit.settle(told(9 - index));
    });
    expect(await outcome(admit(budgets))).toBe('wait 61');
  });

  it.each<[string, number, string[], string]>([
    ['Retry-After of a 429', 429, ['retry-after', '30'], 'wait 30'],
    ['Retry-After of a 403', 403, ['retry-after', '30'], 'wait 30'],
    ['a spent window', 200, ['x-ratelimit-remaining', '0', 'x-ratelimit-reset', '60'], 'wait 61'],
  ])('refuses what would wait too long after %s, and says for how long', async (_what, status, headers, expected) => {
    const time = aClock();
    const budgets = createUpstreamBudgets({ ...time, board: null });
    (await admit(budgets)).settle(readRateNews(status, headers, START));
    expect(await outcome(admit(budgets))).toBe(expected);
    await time.run(20_000);
    expect(await outcome(admit(budgets))).toMatch(/^wait/);
    await time.run(45_000);
    expect(await outcome(admit(budgets))).toBe('sent');
  });

  it('waits a few seconds where that is enough, and longer after each refusal without a word', async () => {
    const time = aClock();
    const budgets = createUpstreamBudgets({ ...time, board: null });
    for (const [pauseMs, expected] of [
      [1000, 'sent'],
      [2000, 'sent'],
      [4000, 'sent'],
    ] as const) {
      (await admit(budgets)).settle(readRateNews(429, [], time.clock.nowMs()));
      let state = 'waiting';
      const waiting = outcome(admit(budgets)).then((how) => {
        state = String(how);
      });
      await time.run(pauseMs - 1);
      expect(state).toBe('waiting');
      await time.run(1);
      await waiting;
      expect(state).toBe(expected);
    }
  });

  it('lets Connections take turns while they wait', async () => {
    const time = aClock();
    const budgets = createUpstreamBudgets({ ...time, board: null });
    (await admit(budgets)).settle(readRateNews(429, ['retry-after', '2'], START));
    const order: string[] = [];
    const all = ['a', 'a', 'a', 'b', 'c', 'b'].map((connection) =>
      admit(budgets, connection).then(() => order.push(connection)),
    );
    await time.run(2000);
    await Promise.all(all);
    expect(order).toEqual(['a', 'b', 'c', 'a', 'b', 'a']);
  });

  it('lets only so many wait, and nobody who has gone', async () => {
    const time = aClock();
    const budgets = createUpstreamBudgets({ ...time, board: null, bounds: { longestWaitMs: 5000, maxWaiting: 2 } });
    (await admit(budgets)).settle(readRateNews(429, ['retry-after', '2'], START));
    const gone = anAsker();
    const first = outcome(admit(budgets, 'one', gone));
    const second = outcome(admit(budgets));
    expect(await outcome(admit(budgets))).toBe('wait 5');
    gone.emit('close');
    const third = outcome(admit(budgets));
    await time.run(2000);
    expect(await Promise.all([first, second, third])).toEqual(['wait 1', 'sent', 'sent']);
  });

  it('keeps accounts and origins apart', async () => {
    const time = aClock();
    const budgets = createUpstreamBudgets({ ...time, board: null });
    (await admit(budgets)).settle(readRateNews(429, ['retry-after', '60'], START));
    expect(await outcome(admit(budgets, 'two'))).toBe('wait 60');
    for (const other of [
      { ...KEY, account: 'other' },
      { ...KEY, origin: 'https://other.example' },
    ])
      expect(await outcome(budgets.admit(other, 'one', anAsker()))).toBe('sent');
  });

  it('goes on when an upstream ceases to tell, or its calls never come back', async () => {
    const time = aClock();
    const budgets = createUpstreamBudgets({ ...time, board: null });
    const told = ['x-ratelimit-limit', '2', 'x-ratelimit-remaining', '0', 'x-ratelimit-reset', '60'];
    (await admit(budgets)).settle(readRateNews(200, told, START));
    await time.run(61_000);
    for (let count = 0; count < 50; count += 1) (await admit(budgets)).settle(null);
  });

  it('tells other processes within two seconds, and costs a process alone nothing', async () => {
    const time = aClock();
    const kept = new Map<string, Told>();
    let asked = 0;
    const board: BudgetBoard = {
      async tell(told) {
        for (const each of told) kept.set(each.name, each);
      },
      async hear(names) {
        asked += 1;
        return names.flatMap((name) => kept.get(name) ?? []);
      },
      prune: async () => undefined,
    };
    const here = createUpstreamBudgets({ ...time, board });
    const there = createUpstreamBudgets({ ...time, board });
    (await admit(there)).settle(null);
    (await admit(here)).settle(readRateNews(429, ['retry-after', '60'], START));
    await time.run(1000);
    (await admit(there)).settle(null);
    await time.run(1000);
    expect(await outcome(admit(there))).toBe('wait 58');
    expect(asked).toBeGreaterThan(0);
    // Nobody is asked for accounts that are not called.
    await time.run(10_000);
    const before = asked;
    await time.run(60_000);
    expect(asked).toBe(before);
  });
});
