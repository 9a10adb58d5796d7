import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const SERVER = fileURLToPath(new URL('../../../../apps/server/dist/main.js', import.meta.url));

/** A built server over fresh SQLite storage, with an admin key. */
export interface BenchServer {
  process: ChildProcess;
  url: string;
  key: string;
  /** Where it keeps its data. */
  folder: string;
  /** The one-time link it printed for making the owner. */
  setupLink(): string;
  call<Body>(method: string, path: string, body?: unknown): Promise<Body>;
  /** Resident memory of the server and its connector processes, in MB. */
  memoryMb(): { server: number; connectors: number; processes: number };
  stop(): Promise<void>;
}

/** Starts the server on the first core. */
export async function startBenchServer(variables: Record<string, string> = {}): Promise<BenchServer> {
  const folder = await mkdtemp(join(tmpdir(), 'marfa-bench-'));
  const port = await freePort();
  const child = spawn('taskset', ['-c', '0', process.execPath, SERVER], {
    env: {
      PATH: process.env.PATH ?? '',
      PORT: String(port),
      MARFA_DATA_DIR: folder,
      LOG_LEVEL: 'error',
      MARFA_OUTBOUND_ALLOW: '127.0.0.1',
      ...variables,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const url = `http://127.0.0.1:${port}`;
  await answers(`${url}/health`);
  const created = await fetch(`${url}/keys`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ label: 'bench', source: 'bench' }),
  });
  const { key } = (await created.json()) as { key: string };
  return {
    process: child,
    url,
    key,
    folder,
    setupLink: () => /\bhttp:\/\/\S+\/setup\?token=\S+/.exec(output)?.[0] ?? '',
    async call<Body>(method: string, path: string, body?: unknown) {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
      return (await response.json()) as Body;
    },
    memoryMb: () => memoryOf(child),
    async stop() {
      child.kill('SIGTERM');
      await once(child, 'exit');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Linux: resident set sizes from /proc. */
function memoryOf(child: ChildProcess): { server: number; connectors: number; processes: number } {
  const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').split(' ').filter(Boolean);
  const connectors = children.map(residentMb).reduce((sum, size) => sum + size, 0);
  return { server: residentMb(String(child.pid)), connectors, processes: children.length };
}

function residentMb(pid: string): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}

export async function answers(url: string, withinMs = 60_000): Promise<void> {
  const until = Date.now() + withinMs;
  while (Date.now() < until) {
    const ok = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (ok) return;
    await wait(25);
  }
  throw new Error(`${url} did not answer within ${withinMs} ms`);
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}
