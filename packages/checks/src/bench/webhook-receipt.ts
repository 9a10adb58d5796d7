import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import SqliteDatabase from 'better-sqlite3';
import { type Measured, measureLoad } from './measure-load.ts';
import { median } from './median.ts';
import { answers, freePort, startBenchServer } from './server-process.ts';
import { WEBHOOK_MANIFEST, writeWebhookConnector } from './webhook-connector.ts';

const CONNECTIONS = 64;
const SECONDS = 5;
const ROUNDS = 3;
const GOAL = 0.65;
const BODY = JSON.stringify({ action: 'opened', text: 'About a kilobyte, as such deliveries have. '.repeat(24) });

const SIDES = ['floor, FULL', 'floor, NORMAL', 'Marfa', 'Marfa, again', 'Marfa, handling', 'Express + BullMQ'] as const;
type Side = (typeof SIDES)[number];
interface Target {
  url: string;
  secret: string;
  /** All whose CPU time counts. */
  processes: ChildProcess[];
  stop(): Promise<void>;
}

/**
 * A GitHub delivery received over HTTP: verified, deduplicated, on disk, answered 202. Each side in turn, in a process on
 * the first core; work per CPU second of all its processes.
 */
export async function benchWebhookReceipt(): Promise<string[]> {
  const results = new Map<Side, Measured[]>(SIDES.map((side) => [side, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const side of SIDES) {
      const { url, secret, processes, stop } = await start(side);
      const signature = createHmac('sha256', secret).update(BODY).digest('hex');
      const load = {
        url,
        method: 'POST' as const,
        body: BODY,
        headers: {
          'content-type': 'application/json',
          'x-github-event': 'issues',
          'x-hub-signature-256': `sha256=${signature}`,
          'x-github-delivery': 'the-same-each-time',
        },
        ...(side === 'Marfa, again' ? {} : { freshHeader: 'x-github-delivery' }),
        connections: CONNECTIONS,
      };
      await measureLoad(processes, { ...load, seconds: 2 });
      results.get(side)?.push(await measureLoad(processes, { ...load, seconds: SECONDS }));
      await stop();
    }
  }
  const rate = (side: Side) => median((results.get(side) ?? []).map((one) => one.perCpuSecond));
  const lines = [
    '| side | receipts/cpu s | ratio to FULL | goal | p50 | p99 |',
    '| --- | --- | --- | --- | --- | --- |',
  ];
  for (const [side, measured] of results) {
    const cells = [
      side,
      Math.round(rate(side)).toLocaleString('en'),
      (rate(side) / rate('floor, FULL')).toFixed(2),
      side === 'Marfa' ? GOAL.toFixed(2) : '',
      `${median(measured.map((one) => one.p50Ms))} ms`,
      `${median(measured.map((one) => one.p99Ms))} ms`,
    ];
    lines.push(`| ${cells.join(' | ')} |`);
  }
  return lines;
}

function start(side: Side): Promise<Target> {
  switch (side) {
    case 'floor, FULL':
      return startFloor('FULL');
    case 'floor, NORMAL':
      return startFloor('NORMAL');
    case 'Marfa':
    case 'Marfa, again':
      return startMarfa({ isHeld: true });
    case 'Marfa, handling':
      return startMarfa({ isHeld: false });
    case 'Express + BullMQ':
      return startPeer();
    default:
      return side satisfies never;
  }
}

/** @param options.isHeld whether what is received waits, as it does while an upstream account has to be connected again. */
async function startMarfa({ isHeld }: { isHeld: boolean }): Promise<Target> {
  const connector = await writeWebhookConnector();
  const server = await startBenchServer({ RATE_LIMIT_ENABLED: 'false', MARFA_CONNECTORS: connector.path });
  const found = await server.call<{ data: { id: string }[] }>(
    'GET',
    `/integrations?manifest_name=${WEBHOOK_MANIFEST.name}`,
  );
  const { connection_id, inbound_webhook } = await server.call<{
    connection_id: string;
    inbound_webhook: { secret: string };
  }>('POST', '/connections/install', { integration_id: found.data[0]?.id });
  if (isHeld) {
    const database = new SqliteDatabase(join(server.folder, 'marfa.db'));
    database.prepare("update connections set runtime_status = 'reauth_required' where id = ?").run(connection_id);
    database.close();
  }
  return {
    url: `${server.url}/webhooks/inbound/${connection_id}`,
    secret: inbound_webhook.secret,
    processes: [server.process],
    async stop() {
      await server.stop();
      await connector.dispose();
    },
  };
}

async function startFloor(synchronous: 'FULL' | 'NORMAL'): Promise<Target> {
  const folder = await mkdtemp(join(tmpdir(), 'marfa-floor-'));
  const { url, process } = await startScript('webhook-floor.ts', (port) => [
    join(folder, 'floor.db'),
    port,
    'floor',
    synchronous,
  ]);
  return {
    url,
    secret: 'floor',
    processes: [process],
    async stop() {
      await end(process);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** With a Redis of its own, which keeps an append-only file, synced once a second. */
async function startPeer(): Promise<Target> {
  const folder = await mkdtemp(join(tmpdir(), 'marfa-peer-'));
  const redisPort = String(await freePort());
  const options = ['--port', redisPort, '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'yes'];
  const redis = spawn('taskset', ['-c', '0', 'redis-server', ...options, '--maxmemory-policy', 'noeviction'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const { url, process } = await startScript('webhook-peer.ts', (port) => [redisPort, port, 'peer']);
  return {
    url: `${url}/hook`,
    secret: 'peer',
    processes: [process, redis],
    async stop() {
      await end(process);
      await end(redis);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function startScript(
  name: string,
  argumentsFor: (port: string) => string[],
): Promise<{ url: string; process: ChildProcess }> {
  const port = await freePort();
  const script = fileURLToPath(new URL(name, import.meta.url));
  const child = spawn('taskset', ['-c', '0', process.execPath, script, ...argumentsFor(String(port))], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  await answers(`${url}/`);
  return { url, process: child };
}

async function end(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  await once(child, 'exit');
}
