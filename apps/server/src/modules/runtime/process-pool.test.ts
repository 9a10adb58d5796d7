import { describe, expect, it } from 'vitest';
import type { ConnectorProcess } from './connector-process.ts';
import { createProcessPool } from './process-pool.ts';

function aProcess(): ConnectorProcess & { die(): void } {
  let alive = true;
  return {
    get alive() {
      return alive;
    },
    introduction: Promise.resolve({ ok: true, manifest: {}, renews: false }),
    run: () => Promise.reject(new Error('not run here')),
    kill() {
      alive = false;
    },
    die() {
      alive = false;
    },
  };
}

function aPool(size: number) {
  const started: ReturnType<typeof aProcess>[] = [];
  const pool = createProcessPool(size, () => {
    const process = aProcess();
    started.push(process);
    return process;
  });
  return { pool, started };
}

/** One turn of the event loop: everything that was ready has happened. */
const aTurn = () => new Promise((resolve) => setImmediate(resolve));

/** Work that goes on until it is told to end. */
function aWork() {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { end: () => end(), work: () => ended };
}

describe('the process pool of an integration', () => {
  it('starts nothing before there is work, and no more than its size', async () => {
    const { pool, started } = aPool(2);
    expect(started).toHaveLength(0);
    const works = [aWork(), aWork(), aWork()];
    const uses = works.map(({ work }) => pool.use(work));
    await aTurn();
    expect(started).toHaveLength(2);
    for (const { end } of works) end();
    await Promise.all(uses);
    expect(started).toHaveLength(2);
    pool.close();
  });

  it('gives a process to one at a time, first come first served', async () => {
    const { pool } = aPool(1);
    const order: string[] = [];
    const first = aWork();
    const uses = [
      pool.use(async () => {
        order.push('first begins');
        await first.work();
        order.push('first ends');
      }),
      pool.use(async () => void order.push('second')),
      pool.use(async () => void order.push('third')),
    ];
    first.end();
    await Promise.all(uses);
    expect(order).toEqual(['first begins', 'first ends', 'second', 'third']);
    pool.close();
  });

  it('replaces a process that died, for those who wait and for those who come later', async () => {
    const { pool, started } = aPool(1);
    const works = [aWork(), aWork()];
    const dying = pool.use(works[0]?.work ?? (() => Promise.resolve()));
    const waiting = pool.use(works[1]?.work ?? (() => Promise.resolve()));
    await aTurn();
    started[0]?.die();
    for (const { end } of works) end();
    await Promise.all([dying, waiting]);
    expect(started).toHaveLength(2);
    started[1]?.die();
    await pool.use(() => Promise.resolve());
    expect(started).toHaveLength(3);
    pool.close();
  });

  it('takes the process back from work that throws', async () => {
    const { pool, started } = aPool(1);
    await expect(pool.use(() => Promise.reject(new Error('work failed')))).rejects.toThrow('work failed');
    await pool.use(() => Promise.resolve());
    expect(started).toHaveLength(1);
    pool.close();
  });

  it('ends every process when it is closed', async () => {
    const { pool, started } = aPool(2);
    await Promise.all([pool.use(() => Promise.resolve()), pool.use(() => Promise.resolve())]);
    pool.close();
    expect(started.every((process) => !process.alive)).toBe(true);
  });
});
