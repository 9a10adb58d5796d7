import { type ChildProcess, fork } from 'node:child_process';
import {
  type ConnectorMessage,
  ConnectorMessageSchema,
  type HostMessage,
  OUTBOUND_ALLOW_VARIABLE,
  type RunOutcome,
  type RunRequest,
  type RuntimeCredential,
} from '@withmarfa/runtime-sdk/host';
import type { Logger } from '../../platform/logger.ts';

/** Heap of one connector process, in MB. */
const HEAP_MB = 64;
/** How long a process may take to say it is ready. */
const READY_WITHIN_MS = 20_000;
const LOG_LINES_PER_RUN = 1000;
export interface ConnectorProcessOptions {
  entry: string;
  name: string;
  /** The whole environment of the process; never a secret. */
  environment: Readonly<Record<string, string>>;
  outboundAllow: readonly string[];
  logger: Logger;
}

/** How a run in a process ended: with what the handler answered, or because the process is gone. */
export type ProcessRunResult = { ended: 'outcome'; outcome: RunOutcome } | { ended: 'crash'; reason: string };

export interface ConnectorProcess {
  /** One run at a time. Resolves however the run or the process ends; never rejects. */
  run(
    request: RunRequest,
    handlers: { refreshCredential: () => Promise<RuntimeCredential | null>; signal: AbortSignal },
  ): Promise<ProcessRunResult>;
  /** Whether it can take another run. */
  readonly alive: boolean;
  kill(): void;
}

/**
 * Starts a connector's entry in a process of its own: a scrubbed environment, a small heap, and a channel for dispatch,
 * outcome and logs. A crash, a hang or a leak costs the run it happened in and nothing else.
 */
export function startConnectorProcess({
  entry,
  name,
  environment,
  outboundAllow,
  logger,
}: ConnectorProcessOptions): ConnectorProcess {
  const child = fork(entry, [], {
    env: { ...environment, [OUTBOUND_ALLOW_VARIABLE]: outboundAllow.join(',') },
    execArgv: [
      ...process.execArgv.filter((flag) => !flag.startsWith('--inspect') && !flag.startsWith('--watch')),
      `--max-old-space-size=${HEAP_MB}`,
    ],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'json',
  });
  let alive = true;
  let lastWords = '';
  child.stdout?.on('data', (chunk: Buffer) => logger.debug({ connector: name }, clip(chunk.toString())));
  child.stderr?.on('data', (chunk: Buffer) => {
    lastWords = clip(lastWords + chunk.toString());
    logger.debug({ connector: name }, clip(chunk.toString()));
  });
  const gone = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`the connector process could not be started: ${error.message}`));
    child.once('exit', (code, signal) => resolve(describeExit(code, signal, lastWords)));
  }).then((reason) => {
    alive = false;
    return reason;
  });
  const ready = waitForReady(child);

  return {
    get alive() {
      return alive;
    },
    kill() {
      alive = false;
      child.kill('SIGKILL');
    },
    async run(request, { refreshCredential, signal }) {
      const crashed = gone.then((reason): ProcessRunResult => ({ ended: 'crash', reason }));
      const state = await Promise.race([ready, crashed]);
      if (state !== 'ready') {
        child.kill('SIGKILL');
        return state === 'late'
          ? { ended: 'crash', reason: `the connector process did not get ready within ${READY_WITHIN_MS / 1000} s` }
          : state;
      }
      const cancel = () => send(child, { type: 'cancel', run_id: request.run_id });
      signal.addEventListener('abort', cancel, { once: true });
      const stop = { listener: null as ((message: unknown) => void) | null };
      const answered = new Promise<ProcessRunResult>((resolve) => {
        let lines = 0;
        stop.listener = (raw) => {
          const parsed = ConnectorMessageSchema.safeParse(raw);
          if (!parsed.success || parsed.data.type === 'ready' || parsed.data.run_id !== request.run_id) return;
          const message: Exclude<ConnectorMessage, { type: 'ready' }> = parsed.data;
          if (message.type === 'outcome') resolve({ ended: 'outcome', outcome: message.outcome });
          else if (message.type === 'credential-request') void answerRequest(child, request.run_id, refreshCredential);
          else {
            lines += 1;
            if (lines <= LOG_LINES_PER_RUN) writeLog(logger, name, request, message);
          }
        };
        child.on('message', stop.listener);
      });
      send(child, request);
      try {
        return await Promise.race([answered, crashed]);
      } finally {
        if (stop.listener) child.off('message', stop.listener);
        signal.removeEventListener('abort', cancel);
      }
    },
  };
}

function waitForReady(child: ChildProcess): Promise<'ready' | 'late'> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve('late'), READY_WITHIN_MS);
    const listener = (raw: unknown) => {
      const parsed = ConnectorMessageSchema.safeParse(raw);
      if (!parsed.success || parsed.data.type !== 'ready') return;
      clearTimeout(timer);
      child.off('message', listener);
      resolve('ready');
    };
    child.on('message', listener);
    child.once('exit', () => clearTimeout(timer));
  });
}

async function answerRequest(
  child: ChildProcess,
  run_id: string,
  refresh: () => Promise<RuntimeCredential | null>,
): Promise<void> {
  const credential = await refresh().catch(() => null);
  send(child, { type: 'credential', run_id, credential });
}

function send(child: ChildProcess, message: HostMessage): void {
  // A process that has gone is told of by its exit.
  if (child.connected) child.send(message, () => undefined);
}

function writeLog(
  logger: Logger,
  connector: string,
  request: RunRequest,
  line: Extract<ConnectorMessage, { type: 'log' }>,
): void {
  logger[line.level](
    { connector, connection_id: request.message.connection_id, run_id: request.run_id, fields: line.fields },
    clip(line.message),
  );
}

function describeExit(code: number | null, signal: NodeJS.Signals | null, lastWords: string): string {
  if (/heap out of memory|Reached heap limit/.test(lastWords))
    return `the connector process ran out of its ${HEAP_MB} MB of memory`;
  return `the connector process ended ${signal ? `by ${signal}` : `with code ${code}`} in the middle of the run`;
}

function clip(text: string): string {
  return text.length > 2000 ? `${text.slice(0, 2000)}…` : text;
}
