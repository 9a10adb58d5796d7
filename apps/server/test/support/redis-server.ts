import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import process from 'node:process';
import { freePort, waitFor } from './start-server.ts';

/** A Redis of one test's own; it keeps nothing on disk. */
export interface RedisServer {
  url: string;
  /** Ends it; `start` brings it back, empty, at the same place. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Whether a Redis can be started here. CI has one or fails. */
export const HAS_REDIS = hasRedis();

function hasRedis(): boolean {
  const found = spawnSync('redis-server', ['--version']).status === 0;
  if (!found && process.env.CI) throw new Error('redis-server is not on the PATH');
  if (!found) process.stderr.write('redis-server is not on the PATH: its suites are skipped.\n');
  return found;
}

export async function startRedis(): Promise<RedisServer> {
  const port = await freePort();
  let child: ChildProcess;
  const redis: RedisServer = {
    url: `redis://127.0.0.1:${port}`,
    async start() {
      child = spawn(
        'redis-server',
        ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
        {
          stdio: 'ignore',
        },
      );
      await waitFor(() => accepts(port));
    },
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
  await redis.start();
  return redis;
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
