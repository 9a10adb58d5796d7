import { spawn } from 'node:child_process';

/** How a command ended; `code` is null when a signal ended it. */
export interface ToolResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface ToolOptions {
  cwd: string;
  /** Replaces the whole environment; by default the caller's own. */
  env?: NodeJS.ProcessEnv;
  /** Default 300,000. */
  timeoutMs?: number;
}

/**
 * Runs a command to its end and keeps what it printed.
 * @returns its result, whatever its exit code.
 * @throws when it cannot be started, or has not ended after `options.timeoutMs`.
 */
export function runTool(command: string, args: readonly string[], options: ToolOptions): Promise<ToolResult> {
  const { promise, resolve, reject } = Promise.withResolvers<ToolResult>();
  const timeoutMs = options.timeoutMs ?? 300_000;
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: AbortSignal.timeout(timeoutMs),
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  child.on('error', (cause) => reject(new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}`, { cause })));
  child.on('close', (code) => resolve({ code, stdout, stderr }));
  return promise;
}
