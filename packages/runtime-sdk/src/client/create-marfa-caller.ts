import { CYCLE_HEADERS, type Cycle, type Endpoint } from '@withmarfa/shared';
import type { Clock } from '../clock/clock.ts';
import { orAbort } from '../clock/or-abort.ts';
import { wait } from '../clock/wait.ts';
import { MarfaApiError } from '../errors/marfa-api-error.ts';
import type { CallAnswer } from './call-answer.ts';
import type { CredentialKeeper } from './create-credential-keeper.ts';
import { readAnswer } from './read-answer.ts';
import { isRetriedStatus, retryDelay } from './retry-policy.ts';
import { type MarfaAnswer, type MarfaRequest, sendOnce } from './send-once.ts';

export interface CallOptions {
  /** Values of the `{name}` parts of the path. */
  params?: Record<string, string>;
  query?: URLSearchParams;
  /** The body as JSON text. */
  body?: string;
  /**
   * Whether doing it twice is the same as doing it once; only then is a failed attempt followed by another. One that a
   * rate limit put off was not done, and is always sent again.
   */
  repeatable: boolean;
}

/** Calls one endpoint of Marfa's API. @throws MarfaApiError; ConnectionGoneError; the signal's reason. */
export type MarfaCaller = <E extends Endpoint>(endpoint: E, options: CallOptions) => Promise<CallAnswer<E>>;

export interface MarfaCallerOptions {
  fetch: typeof fetch;
  /** Where the server answers, without a trailing slash. */
  serverUrl: string;
  keeper: CredentialKeeper;
  /** Once it has fired no call is made, and those under way end. */
  signal: AbortSignal;
  clock: Clock;
  /** From 0 to 1. */
  random: () => number;
  /** The chain that writes belong to; it goes along with each of them. */
  cycle?: Cycle;
}

/** Makes a caller that authenticates, refreshes once on a 401, and repeats what may be repeated. */
export function createMarfaCaller(options: MarfaCallerOptions): MarfaCaller {
  const { keeper, signal, clock, random } = options;

  async function send(request: MarfaRequest): Promise<MarfaAnswer> {
    signal.throwIfAborted();
    const bearer = await orAbort(keeper.bearer(), signal);
    const answer = await sendOnce(request, { fetch: options.fetch, bearer, signal });
    if (answer.status !== 401) return answer;
    const another = await orAbort(keeper.bearerAfterRefusal(bearer), signal);
    return sendOnce(request, { fetch: options.fetch, bearer: another, signal });
  }

  return async (endpoint, call) => {
    const request = { ...toRequest(options.serverUrl, endpoint, call), headers: chainHeaders(endpoint, options.cycle) };
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await settle(send(request));
      const delay =
        (call.repeatable && mayPass(outcome)) || isPutOff(outcome)
          ? retryDelay({ attempt, retryAfter: outcome.answer?.retryAfter ?? null, now: clock.now(), random })
          : null;
      if (delay !== null) {
        await wait(delay, { clock, signal });
        continue;
      }
      if (outcome.answer === undefined) throw outcome.error;
      return readAnswer(endpoint, request, outcome.answer);
    }
  };
}

type Outcome = { answer: MarfaAnswer } | { answer?: undefined; error: unknown };

async function settle(sending: Promise<MarfaAnswer>): Promise<Outcome> {
  try {
    return { answer: await sending };
  } catch (error) {
    return { error };
  }
}

function mayPass(outcome: Outcome): boolean {
  return outcome.answer ? isRetriedStatus(outcome.answer.status) : MarfaApiError.is(outcome.error, 'network_error');
}

/** A limit refuses before anything is done: whatever it was may be sent again when the server says so. */
function isPutOff({ answer }: Outcome): boolean {
  return answer?.status === 429 && answer.retryAfter !== null;
}

function chainHeaders({ method }: Endpoint, cycle: Cycle | undefined): Record<string, string> {
  if (cycle === undefined || method === 'GET') return {};
  const { originating_connection_id: origin, hop_count } = cycle;
  return { ...(origin === null ? {} : { [CYCLE_HEADERS.origin]: origin }), [CYCLE_HEADERS.hop]: String(hop_count) };
}

function toRequest(serverUrl: string, endpoint: Endpoint, call: CallOptions): MarfaRequest {
  const path = endpoint.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(call.params?.[name] ?? ''));
  const query = call.query?.toString();
  return {
    method: endpoint.method,
    url: `${serverUrl}${path}${query ? `?${query}` : ''}`,
    label: `${endpoint.method} ${endpoint.path}`,
    body: call.body,
  };
}
