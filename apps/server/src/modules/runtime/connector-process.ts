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
/** How long a process may take to announce itself. */
const READY_WITHIN_MS = 20_000;
const LOG_LINES_PER_RUN = 1000;
const LONGEST_LINE = 2000;

export interface ConnectorProcessOptions {
  entry: string;
  /** As it stands in the log. */
  name: string;
  /** The whole environment of the process; never a secret. */
  environment: Readonly<Record<string, string>>;
  outboundAllow: readonly string[];
  logger: Logger;
}

/** What a process says it is, or why it never said so. */
export type Introduction =
  | { ok: true; manifest: Record<string, unknown>; renews: boolean }
  | { ok: false; reason: string };
/** How a run in a process ended: with what the handler answered, or because the process is gone. */
export type ProcessRunResult = { ended: 'outcome'; outcome: RunOutcome } | { ended: 'crash'; reason: string };

export interface RunHandlers {
  refreshCredential: () => Promise<RuntimeCredential | null>;
  /** Aborted when the run is to be cut short. */
  signal: AbortSignal;
}

export interface ConnectorProcess {
  /** Resolves once the process has announced its manifest, or never will. */
  introduction: Promise<Introduction>;
  /** One run at a time. Resolves however the run or the process ends; never rejects. */
  run(request: RunRequest, handlers: RunHandlers): Promise<ProcessRunResult>;
  /** Whether it can take another run. */
  readonly alive: boolean;
  kill(): void;
}

/**
 * Starts a connector's entry in a process of its own: a scrubbed environment, a small heap, and a channel for dispatch,
 * outcome and logs. A crash, a hang or a leak costs the run it happened in and nothing else.
 */
export function startConnectorProcess(options: ConnectorProcessOptions): ConnectorProcess {
  const { name, logger } = options;
  const child = forkEntry(options);
  let alive = true;
  const gone = watchEnd(child, name, logger).then((reason) => {
    alive = false;
    return reason;
  });
  const introduction = Promise.race([
    waitForReady(child),
    gone.then((reason): Introduction => ({ ok: false, reason })),
  ]).then((result) => {
    if (!result.ok) child.kill('SIGKILL');
    return result;
  });

  return {
    introduction,
    get alive() {
      return alive;
    },
    kill() {
      alive = false;
      child.kill('SIGKILL');
    },
    async run(request, handlers) {
      const introduced = await introduction;
      if (!introduced.ok) return { ended: 'crash', reason: introduced.reason };
      const conversation = converse(child, request, handlers, (line) => writeLog(logger, name, request, line));
      try {
        return await Promise.race([
          conversation.answer,
          gone.then((reason): ProcessRunResult => ({ ended: 'crash', reason })),
        ]);
      } finally {
        conversation.end();
      }
    },
  };
}

function forkEntry({ entry, environment, outboundAllow }: ConnectorProcessOptions): ChildProcess {
  return fork(entry, [], {
    env: { ...environment, [OUTBOUND_ALLOW_VARIABLE]: outboundAllow.join(',') },
    execArgv: [
      ...process.execArgv.filter((flag) => !/^--(inspect|watch|cpu-prof|heap-prof)/.test(flag)),
      `--max-old-space-size=${HEAP_MB}`,
    ],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'json',
  });
}

/** @returns why the process ended, once it has. What it prints goes to the log. */
function watchEnd(child: ChildProcess, connector: string, logger: Logger): Promise<string> {
  let lastWords = '';
  child.stdout?.on('data', (chunk: Buffer) => logger.debug({ connector }, clip(chunk.toString())));
  child.stderr?.on('data', (chunk: Buffer) => {
    lastWords = (lastWords + chunk.toString()).slice(-LONGEST_LINE);
    logger.debug({ connector }, clip(chunk.toString()));
  });
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`the connector process could not be started: ${error.message}`));
    child.once('close', (code, signal) => resolve(describeExit(code, signal, lastWords)));
  });
}

function waitForReady(child: ChildProcess): Promise<Introduction> {
  return new Promise((resolve) => {
    const timer = setTimeout(
      () =>
        resolve({
          ok: false,
          reason: `the connector process did not announce itself within ${READY_WITHIN_MS / 1000} s`,
        }),
      READY_WITHIN_MS,
    );
    const listener = (raw: unknown) => {
      const parsed = ConnectorMessageSchema.safeParse(raw);
      if (!parsed.success || parsed.data.type !== 'ready') return;
      clearTimeout(timer);
      child.off('message', listener);
      resolve({ ok: true, manifest: parsed.data.manifest, renews: parsed.data.renews ?? false });
    };
    child.on('message', listener);
    child.once('close', () => clearTimeout(timer));
  });
}

type RunMessage = Exclude<ConnectorMessage, { type: 'ready' }>;
type LogLine = Extract<RunMessage, { type: 'log' }>;

/** Sends the run and listens for what is said about it. */
function converse(
  child: ChildProcess,
  request: RunRequest,
  { refreshCredential, signal }: RunHandlers,
  log: (line: LogLine) => void,
) {
  const { run_id } = request;
  const cancel = () => send(child, { type: 'cancel', run_id });
  let listener: (raw: unknown) => void = () => undefined;
  const answer = new Promise<ProcessRunResult>((resolve) => {
    let lines = 0;
    listener = (raw) => {
      const message = aboutRun(raw, run_id);
      switch (message?.type) {
        case undefined:
          return;
        case 'outcome':
          resolve({ ended: 'outcome', outcome: message.outcome });
          return;
        case 'credential-request':
          void answerCredential(child, run_id, refreshCredential);
          return;
        case 'log':
          lines += 1;
          if (lines <= LOG_LINES_PER_RUN) log(message);
          return;
        default:
          message satisfies undefined;
      }
    };
  });
  child.on('message', listener);
  signal.addEventListener('abort', cancel, { once: true });
  send(child, request);
  if (signal.aborted) cancel();
  return {
    answer,
    end() {
      child.off('message', listener);
      signal.removeEventListener('abort', cancel);
    },
  };
}

function aboutRun(raw: unknown, runId: string): RunMessage | undefined {
  const parsed = ConnectorMessageSchema.safeParse(raw);
  if (!parsed.success || parsed.data.type === 'ready' || parsed.data.run_id !== runId) return undefined;
  return parsed.data;
}

async function answerCredential(
  child: ChildProcess,
  run_id: string,
  refresh: RunHandlers['refreshCredential'],
): Promise<void> {
  const credential = await refresh().catch(() => null);
  send(child, { type: 'credential', run_id, credential });
}

function send(child: ChildProcess, message: HostMessage): void {
  // A process that has gone is told of by its end.
  if (child.connected) child.send(message, () => undefined);
}

function writeLog(logger: Logger, connector: string, request: RunRequest, line: LogLine): void {
  const { connection_id } = request.message;
  logger[line.level]({ connector, connection_id, run_id: request.run_id, fields: line.fields }, clip(line.message));
}

function describeExit(code: number | null, signal: NodeJS.Signals | null, lastWords: string): string {
  if (/heap out of memory|Reached heap limit/.test(lastWords))
    return `the connector process ran out of its ${HEAP_MB} MB of memory`;
  return `the connector process ended ${signal ? `by ${signal}` : `with code ${code}`}`;
}

function clip(text: string): string {
  return text.length > LONGEST_LINE ? `${text.slice(0, LONGEST_LINE)}…` : text.trimEnd();
}
