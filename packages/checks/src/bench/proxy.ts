import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { fileURLToPath } from 'node:url';
import { type Measured, measureLoad } from './measure-load.ts';
import { median } from './median.ts';
import { answers, type BenchServer, freePort, startBenchServer } from './server-process.ts';

const SECONDS = 5;
/** Until code is compiled, a process costs several times what it costs for good. */
const WARM_UP_SECONDS = 5;
const ROUNDS = 3;
const BODIES = [
  { name: '1 KB', bytes: 1024, connections: 64, goal: 0.85 },
  { name: '100 KB', bytes: 102_400, connections: 64, goal: 0.85 },
  { name: '10 MB', bytes: 10_485_760, connections: 4, goal: 0.85 },
] as const;
const STREAMED_BYTES = 1024 ** 3;
const SAMPLE_EVERY_BYTES = STREAMED_BYTES / 64;

const SIDES = ['direct', 'floor', 'marfa'] as const;
type Side = (typeof SIDES)[number];
interface Target {
  process: ChildProcess;
  url: string;
  headers: Record<string, string>;
}

/**
 * A call straight to an upstream, through a bare `undici` pool in a `node:http` server, and through Marfa's proxy. Ratios
 * are work per CPU second of the process in the middle; p50 and p99 are told at one connection as well, where they show
 * what the way through adds.
 */
export async function benchProxy(): Promise<string[]> {
  const upstream = await startScript('proxy-upstream.ts', (port) => [port]);
  const floor = await startScript('proxy-floor.ts', (port) => [port, upstream.url]);
  const most = String(2 * STREAMED_BYTES);
  const server = await startBenchServer({ RATE_LIMIT_ENABLED: 'false', MARFA_PROXY_MAX_RESPONSE_BYTES: most });
  try {
    const targets: Record<Side, Target> = {
      direct: { ...upstream, headers: {} },
      floor: { ...floor, headers: {} },
      marfa: {
        process: server.process,
        url: `${server.url}/connections/${await aConnection(server, upstream.url)}/proxy`,
        headers: { authorization: `Bearer ${server.key}` },
      },
    };
    return [...(await compare(targets)), '', ...(await stream(targets.marfa, server))];
  } finally {
    await server.stop();
    for (const { process } of [floor, upstream]) {
      process.kill('SIGTERM');
      await once(process, 'exit');
    }
  }
}

async function compare(targets: Record<Side, Target>): Promise<string[]> {
  const lines = [
    '| body | side | calls/cpu s | ratio to the pool | goal | p50, p99 alone | p50, p99 under load |',
    '| --- | --- | --- | --- | --- | --- | --- |',
  ];
  for (const side of SIDES) {
    const { process, url, headers } = targets[side];
    await measureLoad(process, { url: `${url}/1024`, headers, connections: 64, seconds: WARM_UP_SECONDS });
  }
  for (const { name, bytes, connections, goal } of BODIES) {
    const alone: Record<Side, Measured[]> = { direct: [], floor: [], marfa: [] };
    const loaded: Record<Side, Measured[]> = { direct: [], floor: [], marfa: [] };
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const side of SIDES) {
        const { process, url, headers } = targets[side];
        const load = { url: `${url}/${bytes}`, headers, seconds: SECONDS };
        alone[side].push(await measureLoad(process, { ...load, connections: 1 }));
        loaded[side].push(await measureLoad(process, { ...load, connections }));
      }
    }
    const rate = (side: Side) => median(loaded[side].map((one) => one.perCpuSecond));
    const times = (all: Measured[]) =>
      [(one: Measured) => one.p50Ms, (one: Measured) => one.p99Ms].map((pick) => median(all.map(pick))).join(', ');
    for (const side of SIDES) {
      const cells = [
        name,
        side,
        Math.round(rate(side)).toLocaleString('en'),
        (rate(side) / rate('floor')).toFixed(2),
        side === 'marfa' ? goal.toFixed(2) : '',
        `${times(alone[side])} ms`,
        `${times(loaded[side])} ms`,
      ];
      lines.push(`| ${cells.join(' | ')} |`);
    }
  }
  return lines;
}

/** Streams one long answer through, and looks at the memory of the server meanwhile. */
async function stream({ url, headers }: Target, server: BenchServer): Promise<string[]> {
  const before = server.memoryMb().server;
  const samples: number[] = [];
  const request = get(`${url}/${STREAMED_BYTES}`, { headers });
  const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream];
  let received = 0;
  for await (const chunk of response) {
    received += (chunk as Buffer).length;
    if (received >= (samples.length + 1) * SAMPLE_EVERY_BYTES) samples.push(server.memoryMb().server);
  }
  const half = Math.floor(samples.length / 2);
  const most = (part: number[]) => Math.max(...part);
  return [
    `1 GB through the proxy, ${received.toLocaleString('en')} bytes arrived: ${before} MB resident before, at the most ` +
      `${most(samples.slice(0, half))} MB in the first half and ${most(samples.slice(half))} MB in the second (${samples.length} samples).`,
  ];
}

/** @returns the id of a Connection with a static token, in a space of its own. */
async function aConnection(server: BenchServer, upstreamUrl: string): Promise<string> {
  const integration = await server.call<{ id: string }>('POST', '/integrations', { manifest: MANIFEST });
  const { credential_id } = await server.call<{ credential_id: string }>('POST', '/credentials/api-token', {
    label: 'Bench',
    upstream_base_url: upstreamUrl,
    api_token: 'bench',
  });
  const { connection_id } = await server.call<{ connection_id: string }>('POST', '/connections/install', {
    integration_id: integration.id,
    credential_ref: credential_id,
  });
  return connection_id;
}

const MANIFEST = {
  name: 'bench.proxied',
  version: '1.0.0',
  publisher: 'Bench',
  description: 'Calls an upstream through the proxy.',
  manifest_schema_version: '1.2.0',
  direction: 'read',
  target_types: ['core.note'],
  triggers: [{ type: 'manual' }],
  runtime_compatibility: ['self-hosted'],
  bidirectional_handling: { tombstone_mapping: 'ignore' },
  oauth_requirements: {},
  token_requirements: { api: 'required' },
  webhook_verification: { method: 'hmac-sha256' },
};

async function startScript(
  name: string,
  argumentsFor: (port: string) => string[],
): Promise<{ process: ChildProcess; url: string }> {
  const port = await freePort();
  const script = fileURLToPath(new URL(name, import.meta.url));
  const child = spawn('taskset', ['-c', '0', process.execPath, script, ...argumentsFor(String(port))], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  await answers(`${url}/1`);
  return { process: child, url };
}
