import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ConnectorFolder } from './write-connector.ts';

const run = promisify(execFile);

/** @returns the ids of the processes that run a test's own connector; its path is in no other command line. */
export async function connectorProcesses({ entry }: ConnectorFolder): Promise<number[]> {
  const { stdout } = await run('ps', ['-eo', 'pid=,args=']);
  return stdout
    .split('\n')
    .filter((line) => line.includes(entry))
    .map((line) => Number.parseInt(line, 10));
}
