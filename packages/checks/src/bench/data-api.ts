import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Load, type Measured, measureLoad } from './measure-load.ts';
import { median } from './median.ts';
import { NOTE } from './note.ts';
import { answers, freePort, startBenchServer } from './server-process.ts';

const CONNECTIONS = 64;
const SECONDS = 6;
const ROUNDS = 3;
const ITEMS = 1000;

/** What is measured, and the share of the floor that is aimed at. */
const PATHS = {
  create: { name: 'create', goal: 0.7 },
  read: { name: 'read', goal: 0.75 },
  list: { name: 'list of 50', goal: 0.8 },
  key: { name: 'key check', goal: 1.2 },
} as const;
type Path = keyof typeof PATHS;
const ORDER: readonly Path[] = ['key', 'read', 'list', 'create'];

interface Side {
  process: ChildProcess;
  url: string;
  key: string;
  keyPath: string;
  stop(): Promise<void>;
}

/** Item create, read, list and key check over HTTP, Marfa and the floor in turns; load from the other core. */
export async function benchDataApi(): Promise<string[]> {
  const results = new Map<Path, { marfa: Measured[]; floor: Measured[] }>(
    ORDER.map((path) => [path, { marfa: [], floor: [] }]),
  );
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const side of ['floor', 'marfa'] as const) {
      const started = await (side === 'floor' ? startFloor() : startMarfa());
      const [item] = await fill(started);
      for (const path of ORDER) {
        const measured = await measureLoad(started.process, loadOf(path, started, item ?? ''));
        results.get(path)?.[side].push(measured);
      }
      await started.stop();
    }
  }
  const lines = ['| path | floor | Marfa | p50 | p99 | ratio | goal |', '| --- | --- | --- | --- | --- | --- | --- |'];
  for (const [path, { marfa, floor }] of results) {
    const rate = (side: Measured[]) => median(side.map((one) => one.perCpuSecond));
    const most = (pick: (one: Measured) => number) => Math.max(...marfa.map(pick)).toFixed(0);
    const cells = [
      PATHS[path].name,
      `${Math.round(rate(floor)).toLocaleString('en')}/cpu s`,
      `${Math.round(rate(marfa)).toLocaleString('en')}/cpu s`,
      `${most((one) => one.p50Ms)} ms`,
      `${most((one) => one.p99Ms)} ms`,
      (rate(marfa) / rate(floor)).toFixed(2),
      PATHS[path].goal.toFixed(2),
    ];
    lines.push(`| ${cells.join(' | ')} |`);
  }
  return lines;
}

function loadOf(path: Path, { url, key, keyPath }: Side, itemId: string): Load {
  const common = { headers: { authorization: `Bearer ${key}` }, connections: CONNECTIONS, seconds: SECONDS };
  switch (path) {
    case 'create':
      return {
        ...common,
        url: `${url}/items`,
        method: 'POST',
        body: NOTE,
        headers: { ...common.headers, 'content-type': 'application/json' },
      };
    case 'read':
      return { ...common, url: `${url}/items/${itemId}` };
    case 'list':
      return { ...common, url: `${url}/items` };
    case 'key':
      return { ...common, url: `${url}${keyPath}` };
    default:
      return path satisfies never;
  }
}

/** @returns the ids of the first items. */
async function fill({ url, key }: Side): Promise<string[]> {
  const one = async () => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const response = await fetch(`${url}/items`, { method: 'POST', headers, body: NOTE });
    const { item } = (await response.json()) as { item: { id: string } };
    return item.id;
  };
  const ids: string[] = [];
  while (ids.length < ITEMS) ids.push(...(await Promise.all(Array.from({ length: 50 }, one))));
  return ids;
}

async function startMarfa(): Promise<Side> {
  const server = await startBenchServer({ RATE_LIMIT_ENABLED: 'false' });
  return { ...server, keyPath: '/types/core.note' };
}

async function startFloor(): Promise<Side> {
  const folder = await mkdtemp(join(tmpdir(), 'marfa-floor-'));
  const port = await freePort();
  const script = fileURLToPath(new URL('floor-server.ts', import.meta.url));
  const child = spawn('taskset', ['-c', '0', process.execPath, script, join(folder, 'floor.db'), String(port)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  await answers(`${url}/key`);
  return {
    process: child,
    url,
    key: 'floor',
    keyPath: '/key',
    async stop() {
      child.kill('SIGTERM');
      await once(child, 'exit');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
