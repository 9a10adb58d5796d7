import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Clock ticks per second in /proc, which Linux fixes for user space. */
const TICKS_PER_SECOND = 100;

/** One request, over and over. */
export interface Load {
  url: string;
  method?: 'GET' | 'POST';
  headers: Record<string, string>;
  body?: string;
  /** When set, every request carries another value in this header. */
  freshHeader?: string;
  /** When set, every request spends one of these and goes on with what it gets. */
  refreshTokens?: string[];
  connections: number;
  seconds: number;
}

/** `perCpuSecond` is what a ratio is made of: it does not depend on how fast the load generator is. */
export interface Measured {
  perSecond: number;
  perCpuSecond: number;
  p50Ms: number;
  p99Ms: number;
}

/**
 * Loads a server from a process of its own, pinned to the second core, and counts the server's CPU time meanwhile.
 * @param server the one process, or all that do the work together.
 */
export async function measureLoad(server: ChildProcess | readonly ChildProcess[], load: Load): Promise<Measured> {
  const processes = [server].flat();
  const allSeconds = () => processes.map(cpuSeconds).reduce((sum, seconds) => sum + seconds, 0);
  const script = fileURLToPath(new URL('load-generator.ts', import.meta.url));
  const generator = spawn('taskset', ['-c', '1', process.execPath, script, JSON.stringify(load)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  generator.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const before = allSeconds();
  const [code] = (await once(generator, 'close')) as [number | null];
  const used = allSeconds() - before;
  if (code !== 0) throw new Error(`the load generator ended with ${code}`);
  const { total, average, p50, p99 } = JSON.parse(output) as Record<'total' | 'average' | 'p50' | 'p99', number>;
  return { perSecond: average, perCpuSecond: total / used, p50Ms: p50, p99Ms: p99 };
}

/** User and system time of a process so far, its threads included. */
function cpuSeconds({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
