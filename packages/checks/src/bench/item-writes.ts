import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { answers, freePort, startBenchServer } from './server-process.ts';

const CONNECTIONS = 64;
const SECONDS = 8;
const ROUNDS = 3;
const BODY = JSON.stringify({
  type: 'core.note',
  properties: { title: 'A note of a usual size', body: 'About four hundred bytes of text, as notes have. '.repeat(7) },
});

/** Durable item writes per second through HTTP, beside bare `node:http` and the same SQL, in turns. */
export async function benchItemWrites(): Promise<string[]> {
  const marfa: number[] = [];
  const floor: number[] = [];
  let p99 = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    floor.push((await onFloor()).perSecond);
    const measured = await onMarfa();
    marfa.push(measured.perSecond);
    p99 = Math.max(p99, measured.p99Ms);
  }
  const ratio = median(marfa) / median(floor);
  return [
    `durable item writes (${CONNECTIONS} connections, SQLite, synchronous=FULL): ${Math.round(median(marfa))}/s, p99 ${p99} ms`,
    `  bare node:http + the same SQL + group commit: ${Math.round(median(floor))}/s; ratio ${ratio.toFixed(2)}`,
  ];
}

async function load(url: string, key: string): Promise<{ perSecond: number; p99Ms: number }> {
  const result = await autocannon({
    url: `${url}/items`,
    method: 'POST',
    connections: CONNECTIONS,
    duration: SECONDS,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: BODY,
  });
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${result.non2xx} refused, ${result.errors} failed`);
  return { perSecond: result.requests.average, p99Ms: result.latency.p99 };
}

async function onMarfa() {
  const server = await startBenchServer();
  try {
    return await load(server.url, server.key);
  } finally {
    await server.stop();
  }
}

async function onFloor() {
  const folder = await mkdtemp(join(tmpdir(), 'marfa-floor-'));
  const port = await freePort();
  const script = fileURLToPath(new URL('floor-server.ts', import.meta.url));
  const child = spawn(process.execPath, [script, join(folder, 'floor.db'), String(port)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  try {
    await answers(`http://127.0.0.1:${port}/`);
    return await load(`http://127.0.0.1:${port}`, 'floor');
  } finally {
    child.kill('SIGTERM');
    await once(child, 'exit');
    await rm(folder, { recursive: true, force: true });
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
