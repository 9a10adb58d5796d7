import { spawn } from 'node:child_process';
import { repositoryRoot } from '../repository.ts';

/**
 * Runs a command in the root folder with its output going straight to the terminal.
 * @returns whether it ended with code 0; a command that cannot be started did not.
 */
export function runVisibly(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const child = spawn(command, args, { cwd: repositoryRoot, env, stdio: ['ignore', 'inherit', 'inherit'] });
  child.on('error', (error) => {
    console.error(`${command}: ${error.message}`);
    resolve(false);
  });
  child.on('close', (code) => resolve(code === 0));
  return promise;
}
