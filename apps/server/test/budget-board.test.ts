import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BudgetBoard, createDatabaseBoard, createRedisBoard } from '../src/modules/proxy/budget-board.ts';
import { createLogger } from '../src/platform/logger.ts';
import { openRedis, type RedisConnection } from '../src/platform/redis.ts';
import { describeDatabase } from './support/describe-database.ts';
import { HAS_REDIS, type RedisServer, startRedis } from './support/redis-server.ts';
import { waitFor } from './support/start-server.ts';

const knowledge = { limit: 100, left: 7, resetAtMs: 1_770_000_000_000, blockedUntilMs: 0 };

function sentences(board: () => BudgetBoard): void {
  it('tells what was told last, by name, and nothing of what nobody told', async () => {
    await board().tell([
      { name: 'b', knowledge: { ...knowledge, left: 9 } },
      { name: 'a', knowledge },
    ]);
    await board().tell([{ name: 'b', knowledge: { ...knowledge, limit: null, resetAtMs: null } }]);
    const heard = await board().hear(['a', 'b', 'nobody']);
    expect(heard.toSorted((one, other) => one.name.localeCompare(other.name))).toEqual([
      { name: 'a', knowledge },
      { name: 'b', knowledge: { ...knowledge, limit: null, resetAtMs: null } },
    ]);
    expect(await board().hear([])).toEqual([]);
  });

  it('takes many at the same time from several sides', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `account ${index}`);
    await Promise.all(
      [names, names.toReversed(), names].map((order) => board().tell(order.map((name) => ({ name, knowledge })))),
    );
    expect(await board().hear(names)).toHaveLength(20);
  });
}

describeDatabase('A board in the database', (under) => {
  let nowMs = 1_770_000_000_000;
  const board = () => createDatabaseBoard({ database: under.database, now: () => new Date(nowMs) });
  sentences(board);

  it('takes down what is more than an hour old', async () => {
    await board().tell([{ name: 'old', knowledge }]);
    nowMs += 3_600_001;
    await board().tell([{ name: 'new', knowledge }]);
    await board().prune();
    expect((await board().hear(['old', 'new'])).map(({ name }) => name)).toEqual(['new']);
  });
});

describe.runIf(HAS_REDIS)('A board on Redis', () => {
  let server: RedisServer;
  let connection: RedisConnection;
  beforeAll(async () => {
    server = await startRedis();
    connection = openRedis(server.url, createLogger('silent'));
    await waitFor(() => connection.isReady());
  });
  afterAll(async () => {
    connection.close();
    await server.stop();
  });
  sentences(() => createRedisBoard(connection));
});
