import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

export const SERVER_FOLDER = fileURLToPath(new URL('../../', import.meta.url));
const START_WITHIN_MS = 60_000;
/** From the sources, so that nothing has to be built to try a change; a run that has built starts in a third of the time. */
export const PROGRAM =
  process.env.MARFA_TEST_BUILT === 'true'
    ? ['dist/main.js']
    : ['--import', 'tsx', '--conditions=@withmarfa/source', 'src/main.ts'];

/** A real server in a process of its own, listening on 127.0.0.1. */
export interface TestServer {
  url: string;
  port: number;
  pid: number;
  /** Everything it has printed so far. */
  output(): string;
  /** The one-time link it printed, or null. */
  setupLink(): string | null;
  /** Ends it as an operator would; resolves with its exit code. */
  stop(): Promise<number | null>;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
}

/** Starts the server. @throws with what it printed when it ends before it listens. */
export async function startServer(variables: Record<string, string>): Promise<TestServer> {
  const port = Number(variables.PORT ?? (await freePort()));
  const child = spawnServer({ ...variables, PORT: String(port) });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const listening = waitFor(() => output.includes('Marfa is listening on'), START_WITHIN_MS);
  const state = await Promise.race([listening.then(() => 'listening' as const), ended.then(() => 'ended' as const)]);
  if (state === 'ended') throw new Error(`the server ended before it listened:\n${output}`);
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    pid: child.pid ?? 0,
    output: () => output,
    setupLink: () => /\bhttp:\/\/\S+\/setup\?token=\S+/.exec(output)?.[0] ?? null,
    async stop() {
      child.kill('SIGTERM');
      const [code] = await ended;
      refuseSecrets(output);
      return code;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
      refuseSecrets(output);
    },
  };
}

/** Keys, access, refresh and lease tokens, and secrets of webhooks, in the forms in which Marfa makes them. */
const SECRETS = /marfa_(?:k1|at|rt|lt)_\w{30,}|whsec_[\w-]{20,}/;

/** Every server of every suite is held to this: whatever it was made to do, no secret is in what it printed. */
function refuseSecrets(output: string): void {
  const found = SECRETS.exec(output);
  if (found)
    throw new Error(`the server printed a secret: …${output.slice(Math.max(0, found.index - 200), found.index + 12)}…`);
}

/** Starts a server that is expected not to come up. @returns its exit code, null when it came up and had to be ended, and what it printed. */
export async function startFailing(
  variables: Record<string, string>,
): Promise<{ code: number | null; output: string }> {
  const child = spawnServer(variables);
  let output = '';
  const note = (chunk: Buffer) => {
    output += chunk.toString();
    if (output.includes('Marfa is listening on')) child.kill('SIGKILL');
  };
  child.stdout?.on('data', note);
  child.stderr?.on('data', note);
  const [code] = (await once(child, 'exit')) as [number | null];
  return { code, output };
}

function spawnServer(variables: Record<string, string>): ChildProcess {
  const environment: Record<string, string> = {
    NODE_ENV: 'test',
    LOG_LEVEL: 'warn',
    MARFA_OUTBOUND_ALLOW: '127.0.0.1',
    RATE_LIMIT_ENABLED: 'false',
    // Each connector is a process at every start; who needs another one names it.
    MARFA_CONNECTORS: '@withmarfa/connector-rss-watcher',
    // Hundreds of starts compile the same modules: a quarter of what a start costs.
    NODE_COMPILE_CACHE: join(tmpdir(), 'marfa-tests-compile-cache'),
    ...variables,
  };
  if (process.env.PATH) environment.PATH = process.env.PATH;
  return spawn(process.execPath, PROGRAM, {
    cwd: SERVER_FOLDER,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Asks the operating system for a port that nobody uses. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}

/** Waits until a condition holds. @throws when it does not within `withinMs`. */
export async function waitFor<Value>(
  condition: () => Value | Promise<Value>,
  withinMs = 30_000,
): Promise<Exclude<NonNullable<Value>, false>> {
  const until = Date.now() + withinMs;
  for (;;) {
    const value = await condition();
    if (value) return value as Exclude<NonNullable<Value>, false>;
    if (Date.now() > until) throw new Error(`still not so after ${withinMs} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
