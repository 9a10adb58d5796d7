import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Load, type Measured, measureLoad } from './measure-load.ts';
import { median } from './median.ts';
import { signInMany } from './oauth-sign-ins.ts';
import { freePort, startBenchServer } from './server-process.ts';

const CONNECTIONS = 64;
const SECONDS = 6;
const ROUNDS = 3;
/** Refresh tokens that are spent and renewed side by side. */
const CHAINS = 64;

/** What is measured, and the share of the floor that is aimed at. */
const PATHS = {
  introspect: { name: 'introspection', goal: 0.5 },
  issue: { name: 'client_credentials', goal: 0.1 },
  refresh: { name: 'refresh', goal: 0.1 },
} as const;
const SIDES = ['floor', 'marfa', 'oidc-provider'] as const;
type SideName = (typeof SIDES)[number];

/** A server with a confidential client that may act for itself, and refresh tokens that a person gave. */
interface Side {
  process: ChildProcess;
  introspectUrl: string;
  tokenUrl: string;
  clientId: string;
  clientSecret: string;
  refreshTokens: string[];
  stop(): Promise<void>;
}

/** Introspection, token issue and refresh: Marfa, the floor and oidc-provider in turns; then a bearer against a key. */
export async function benchOAuth(): Promise<string[]> {
  const results = new Map<string, Measured[]>();
  const note = (path: string, side: string, measured: Measured) =>
    results.set(`${path} ${side}`, [...(results.get(`${path} ${side}`) ?? []), measured]);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const name of SIDES) {
      const side = await start(name);
      const { access_token: token } = await post(side, { grant_type: 'client_credentials' });
      note('introspect', name, await measureLoad(side.process, formLoad(side, side.introspectUrl, { token })));
      note(
        'issue',
        name,
        await measureLoad(side.process, formLoad(side, side.tokenUrl, { grant_type: 'client_credentials' })),
      );
      note('refresh', name, await measureLoad(side.process, refreshLoad(side)));
      await side.stop();
    }
    await compareBearers(note);
  }
  const rate = (path: string, side: string) =>
    median((results.get(`${path} ${side}`) ?? []).map((one) => one.perCpuSecond));
  const lines = [
    '| path | floor | Marfa | oidc-provider | ratio | oidc-provider | goal |',
    '| --- | --- | --- | --- | --- | --- | --- |',
  ];
  for (const [path, { name, goal }] of Object.entries(PATHS)) {
    const [floor, marfa, peer] = SIDES.map((side) => rate(path, side));
    const cells = [
      name,
      ...[floor, marfa, peer].map((value) => `${Math.round(value ?? 0).toLocaleString('en')}/cpu s`),
      ((marfa ?? 0) / (floor ?? 1)).toFixed(2),
      ((peer ?? 0) / (floor ?? 1)).toFixed(2),
      goal.toFixed(2),
    ];
    lines.push(`| ${cells.join(' | ')} |`);
  }
  lines.push(`read with a token / with a key: ${(rate('read', 'token') / rate('read', 'key')).toFixed(2)}`);
  return lines;
}

/** The same read of one item, by an API key and by an access token. */
async function compareBearers(note: (path: string, side: string, measured: Measured) => void): Promise<void> {
  const server = await startBenchServer({ RATE_LIMIT_ENABLED: 'false' });
  const { item } = await server.call<{ item: { id: string } }>('POST', '/items', {
    type: 'core.note',
    properties: { body: 'hello' },
  });
  const { client_id, client_secret } = await server.call<{ client_id: string; client_secret: string }>(
    'POST',
    '/auth/clients',
    CLIENT,
  );
  const side = { clientId: client_id, clientSecret: client_secret, tokenUrl: `${server.url}/auth/oauth2/token` };
  const { access_token: token } = await post(side, { grant_type: 'client_credentials' });
  for (const [name, bearer] of [
    ['key', server.key],
    ['token', token],
  ] as const) {
    const headers = { authorization: `Bearer ${bearer}` };
    const load = { url: `${server.url}/items/${item.id}`, headers, connections: CONNECTIONS, seconds: SECONDS };
    note('read', name, await measureLoad(server.process, load));
  }
  await server.stop();
}

const CLIENT = {
  name: 'bench',
  type: 'confidential',
  scopes: ['core.note:read'],
  grant_types: ['client_credentials'],
};

async function start(name: SideName): Promise<Side> {
  return name === 'marfa' ? startMarfa() : startPeer(name);
}

async function startMarfa(): Promise<Side> {
  const server = await startBenchServer({ RATE_LIMIT_ENABLED: 'false' });
  const { client_id: clientId, client_secret: clientSecret } = await server.call<{
    client_id: string;
    client_secret: string;
  }>('POST', '/auth/clients', {
    ...CLIENT,
    scopes: ['core.note:read', 'offline_access'],
    redirect_uris: ['http://127.0.0.1/callback'],
    grant_types: ['client_credentials', 'authorization_code', 'refresh_token'],
  });
  return {
    process: server.process,
    introspectUrl: `${server.url}/auth/oauth2/introspect`,
    tokenUrl: `${server.url}/auth/oauth2/token`,
    clientId,
    clientSecret,
    refreshTokens: await signInMany(server, { clientId, clientSecret, count: CHAINS }),
    stop: server.stop,
  };
}

/** The floor and the peer are scripts of the same shape: they print their client and refresh tokens once they listen. */
async function startPeer(name: Exclude<SideName, 'marfa'>): Promise<Side> {
  const folder = await mkdtemp(join(tmpdir(), `marfa-bench-${name}-`));
  const port = await freePort();
  const script = fileURLToPath(new URL(`oauth-${name === 'floor' ? 'floor' : 'peer'}.ts`, import.meta.url));
  const args = [script, join(folder, 'tokens.db'), String(port), String(CHAINS)];
  const child = spawn('taskset', ['-c', '0', process.execPath, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const url = `http://127.0.0.1:${port}`;
  return {
    process: child,
    introspectUrl: `${url}/introspect`,
    tokenUrl: `${url}/token`,
    clientId: 'bench',
    clientSecret: 'secret',
    refreshTokens: JSON.parse(line.toString()) as string[],
    async stop() {
      child.kill('SIGTERM');
      await once(child, 'exit');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

type Client = Pick<Side, 'clientId' | 'clientSecret' | 'tokenUrl'>;

async function post(side: Client, fields: Record<string, string>): Promise<{ access_token: string }> {
  const response = await fetch(side.tokenUrl, { method: 'POST', body: formOf(side, fields) });
  if (!response.ok) throw new Error(`${side.tokenUrl}: ${response.status} ${await response.text()}`);
  return (await response.json()) as { access_token: string };
}

function formOf({ clientId, clientSecret }: Omit<Client, 'tokenUrl'>, fields: Record<string, string>): URLSearchParams {
  return new URLSearchParams({ ...fields, client_id: clientId, client_secret: clientSecret });
}

function formLoad(side: Side, url: string, fields: Record<string, string>): Load {
  return {
    url,
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: formOf(side, fields).toString(),
    connections: CONNECTIONS,
    seconds: SECONDS,
  };
}

function refreshLoad(side: Side): Load {
  const load = formLoad(side, side.tokenUrl, { grant_type: 'refresh_token' });
  return { ...load, refreshTokens: side.refreshTokens };
}
