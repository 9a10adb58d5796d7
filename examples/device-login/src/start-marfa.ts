import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createPerson, type Person } from './person.ts';

/** A Marfa server for a try-out, with an owner who is signed in. */
export interface Marfa {
  url: string;
  owner: Person;
  stop(): Promise<void>;
}

/** Starts the server that this repository has built, on fresh storage, and makes its owner through the link that it prints. */
export async function startMarfa(): Promise<Marfa> {
  const program = fileURLToPath(new URL('dist/main.js', import.meta.resolve('@withmarfa/server/package.json')));
  const folder = await mkdtemp(join(tmpdir(), 'marfa-example-'));
  const server = spawn(process.execPath, [program], {
    env: { PORT: '0', MARFA_DATA_DIR: folder, LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const stop = async () => {
    if (server.exitCode === null && server.signalCode === null) {
      server.kill();
      await once(server, 'exit');
    }
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const link = await setupLink(server.stdout);
    const owner = createPerson();
    await owner.submit(await owner.open(link), {
      name: 'Ada Byron',
      email: 'ada@example.org',
      password: 'four unrelated words',
    });
    return { url: link.origin, owner, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function setupLink(output: AsyncIterable<Buffer>): Promise<URL> {
  let printed = '';
  for await (const chunk of output) {
    printed += chunk.toString();
    const link = /http:\/\/\S+\/setup\?token=\S+(?=\s)/.exec(printed)?.[0];
    if (link !== undefined) return new URL(link);
  }
  throw new Error(`The server ended before it printed its link:\n${printed}`);
}
