import { type ChildProcess, fork, type SerializationType } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { fileURLToPath } from 'node:url';
import {
  type ConnectorMessage,
  ConnectorMessageSchema,
  type HostMessage,
  type RunOutcome,
  type RunRequest,
} from '@withmarfa/runtime-sdk/host';

export const FIXTURE = fileURLToPath(new URL('../fixtures/connector.ts', import.meta.url));

export interface StartedConnector {
  child: ChildProcess;
  /** Everything the connector said so far. */
  said: ConnectorMessage[];
  stderr(): string;
  send(message: HostMessage | object): void;
  /** @returns the first message of this type, about this run if one is given, said already or still to come. */
  next<Type extends ConnectorMessage['type']>(
    type: Type,
    run_id?: string,
  ): Promise<Extract<ConnectorMessage, { type: Type }>>;
  run(request: RunRequest): Promise<RunOutcome>;
  exit(): Promise<number | null>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Forks the fixture connector as a host does. */
export async function startConnector(
  options: { serialization?: SerializationType; env?: Record<string, string> } = {},
): Promise<StartedConnector> {
  const child = fork(FIXTURE, {
    execArgv: ['--conditions=@withmarfa/source'],
    serialization: options.serialization ?? 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { PATH: process.env.PATH, ...options.env },
  });
  const said: ConnectorMessage[] = [];
  const voice = new EventEmitter();
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.on('message', (raw) => {
    said.push(ConnectorMessageSchema.parse(raw));
    voice.emit('said', said.at(-1));
  });
  const closed = Promise.all([once(child, 'exit'), child.stderr ? once(child.stderr, 'close') : null]).then(
    ([[code]]) => code as number | null,
  );

  const started: StartedConnector = {
    child,
    said,
    stderr: () => stderr,
    send: (message) => void child.send(message),
    next<Type extends ConnectorMessage['type']>(type: Type, run_id?: string) {
      type Found = Extract<ConnectorMessage, { type: Type }>;
      const matches = (message: ConnectorMessage): message is Found =>
        message.type === type && (run_id === undefined || ('run_id' in message && message.run_id === run_id));
      return new Promise<Found>((resolve, reject) => {
        const hear = (message: ConnectorMessage) => {
          if (!matches(message)) return;
          voice.off('said', hear);
          resolve(message);
        };
        voice.on('said', hear);
        for (const message of said) hear(message);
        void closed.then((code) => reject(new Error(`the connector ended with ${code} before ${type}: ${stderr}`)));
      });
    },
    async run(request) {
      started.send(request);
      return (await started.next('outcome', request.run_id)).outcome;
    },
    exit: () => closed,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await closed;
    },
  };
  return started;
}
