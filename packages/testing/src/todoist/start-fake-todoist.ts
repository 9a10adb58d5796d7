import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { startFakeServer } from '../start-fake-server.ts';
import { answerRest } from './answer-rest.ts';
import { createSyncEndpoint, type SyncEndpoint } from './answer-sync.ts';
import { createTodoistAccount, type TodoistAccount } from './create-todoist-account.ts';
import { answerOfFault, spoilText, type TodoistFault } from './todoist-fault.ts';
import { refusal } from './todoist-records.ts';

export interface FakeTodoistOptions {
  /** What a call must carry as its bearer; default `fake-todoist-token`. */
  token?: string;
  /** Judges bearers in place of `token`, such as an authorization server's `isLive`. */
  accepts?: (bearer: string) => boolean;
  /** Milliseconds since the epoch; default the real time. */
  now?: () => number;
}

/** A call as it came in. */
export interface TodoistCall {
  method: string;
  /** Below `/api/v1/`, without the query. */
  path: string;
  body: string;
}

/** Todoist with one account, on a port of its own; `account` is what its person does in the app. */
export interface FakeTodoist {
  url: string;
  token: string;
  account: TodoistAccount;
  /** Every call so far, in order. */
  readonly calls: readonly TodoistCall[];
  /** What goes wrong with the next calls; they add up, in their order. @param options.path of these calls alone. */
  failNext(fault: TodoistFault, options?: { times?: number; path?: RegExp }): void;
  /** @returns how many faults are still to happen. */
  readonly waitingFaults: number;
  /** Takes back every fault that is still to happen. */
  mend(): void;
  /** The next command of this type is refused in `sync_status`. */
  refuseNextCommand: SyncEndpoint['refuseNext'];
  /** How a command with a uuid that was seen is answered; `ok` tells the task that it made. */
  answerRepeatsWith(answer: SyncEndpoint['repeats']): void;
  /** Makes every sync token given so far unknown: the next one is refused. */
  forgetSyncTokens(): void;
  /** @returns how many calls hang. */
  readonly hanging: number;
  /** Lets everything that hangs go on. */
  release(): void;
  close(): Promise<void>;
}

/** Starts a fake of the Todoist API v1: the Sync endpoint, and tasks over REST. */
export async function startFakeTodoist(options: FakeTodoistOptions = {}): Promise<FakeTodoist> {
  const { token = 'fake-todoist-token', now = Date.now } = options;
  const accepts = options.accepts ?? ((bearer: string) => bearer === token);
  let lastId = 0;
  const account = createTodoistAccount({
    now,
    newId() {
      lastId += 1;
      return `6X${lastId.toString(36).toUpperCase().padStart(14, '0')}`;
    },
  });
  const sync = createSyncEndpoint(account);
  const calls: TodoistCall[] = [];
  const faults: { fault: TodoistFault; path: RegExp }[] = [];
  const hanging: (() => void)[] = [];
  const wait = () => new Promise<void>((resolve) => void hanging.push(resolve));

  function faultFor(path: string): TodoistFault | null {
    const index = faults.findIndex((candidate) => candidate.path.test(path));
    return index === -1 ? null : (faults.splice(index, 1)[0]?.fault ?? null);
  }

  function perform({ method, path, body }: TodoistCall, query: URLSearchParams): { status: number; body: unknown } {
    if (method === 'POST' && path === 'sync') return sync.answer(new URLSearchParams(body));
    const json = body === '' ? {} : (JSON.parse(body) as Record<string, unknown>);
    const missing = refusal('NOT_FOUND', 'Not found', { http_code: 404 });
    return answerRest(account, { method, path, query, body: json }) ?? { status: 404, body: missing };
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://fake.test');
    const call = {
      method: request.method ?? '',
      path: pathname.replace(/^\/api\/v1\//, ''),
      body: await text(request),
    };
    calls.push(call);
    const bearer = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const fault = accepts(bearer) ? faultFor(call.path) : 'unauthorized';
    if (fault === 'cut') return void response.destroy();
    if (fault === 'hang') await wait();
    const instead = fault && answerOfFault(fault);
    if (instead) return void response.writeHead(instead.status, instead.headers).end(instead.text);
    const { status, body } = perform(call, searchParams);
    if (fault === 'cut-after-commit') return void response.destroy();
    const plain = body === null ? '' : JSON.stringify(body);
    response.writeHead(status, { 'content-type': 'application/json' });
    if (fault === 'slow') await trickle(response, plain);
    response.end(fault === 'slow' ? plain.slice(-1) : fault ? spoilText(plain, fault) : plain);
  }

  async function trickle(response: ServerResponse, plain: string): Promise<void> {
    for (const piece of plain.slice(0, -1).match(/[\s\S]{1,64}/g) ?? []) response.write(piece);
    await wait();
  }

  const server = await startFakeServer(answer);
  return {
    url: server.url,
    token,
    account,
    calls,
    failNext: (fault, { times = 1, path = /^/ } = {}) =>
      void faults.push(...Array.from({ length: times }, () => ({ fault, path }))),
    get waitingFaults() {
      return faults.length;
    },
    mend() {
      faults.length = 0;
    },
    refuseNextCommand: sync.refuseNext,
    answerRepeatsWith(repeats) {
      sync.repeats = repeats;
    },
    forgetSyncTokens: sync.forgetTokens,
    get hanging() {
      return hanging.length;
    },
    release() {
      for (const goOn of hanging.splice(0)) goOn();
    },
    async close() {
      for (const goOn of hanging.splice(0)) goOn();
      await server.close();
    },
  };
}
