import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { repositoryRoot } from '../src/repository.ts';

/** A server of this repository, built, running in a process of its own. */
export interface MarfaServer {
  url: string;
  /** What it printed so far. */
  output(): string;
  stop(): Promise<void>;
}

const START_WITHIN_MS = 60_000;

/**
 * Starts the built server on a port of the system's choosing and waits until it says where it listens.
 * @param environment added to what the process needs to run at all; nothing else is inherited.
 * @throws with what it printed, when it ends first or says nothing for a minute.
 */
export async function startMarfaServer(folder: string, environment: Record<string, string>): Promise<MarfaServer> {
  const child = spawn(process.execPath, [join(repositoryRoot, 'apps/server/dist/main.js')], {
    cwd: folder,
    env: { PATH: process.env.PATH, PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  const output = () => printed;
  const url = await new Promise<string>((resolve, reject) => {
    const refuse = (reason: string) => reject(new Error(`the server ${reason}:\n${printed}`));
    const timer = setTimeout(() => refuse('did not start in time'), START_WITHIN_MS);
    const read = (chunk: Buffer) => {
      printed += chunk.toString();
      const told = /Marfa is listening on (http:\/\/\S+)/.exec(printed)?.[1];
      if (told === undefined) return;
      clearTimeout(timer);
      resolve(told);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', (code) => {
      clearTimeout(timer);
      refuse(`ended with code ${code}`);
    });
  }).catch(async (error: unknown) => {
    await end(child);
    throw error;
  });
  return { url, output, stop: () => end(child) };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
