import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PROGRAM, SERVER_FOLDER } from './start-server.ts';

/** Runs a command of the server's program to its end. */
export async function runCommand(
  words: readonly string[],
  variables: Record<string, string>,
): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [...PROGRAM, ...words], {
    cwd: SERVER_FOLDER,
    env: { NODE_ENV: 'test', LOG_LEVEL: 'warn', ...variables, PATH: process.env.PATH ?? '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  const [code] = (await once(child, 'exit')) as [number | null];
  return { code, output };
}
