import { type Edge, EVENT_NAMES, type EventName, type Item, type ItemMetadata } from '@withmarfa/shared';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { MarfaApiError } from './marfa-api-error.ts';
import { mayPass, retryDelay } from './retry-policy.ts';
import { parseJson, sendRequest, type Transport } from './send-request.ts';

/** Something that happened in the space; `id` is where to take up again. */
export type MarfaEvent = { id: string } & (
  | { event: 'item.created' | 'item.updated' | 'item.state_changed' | 'item.restored'; data: Item }
  | { event: 'item.deleted'; data: { id: string; type: string } }
  | { event: 'edge.created' | 'edge.updated'; data: Edge }
  | { event: 'edge.deleted'; data: { id: string; edge_type: string; source_id: string; target_id: string } }
  | {
      event: 'metadata.changed';
      data: { item_id: string; tags: ItemMetadata['tags']; tier: Item['tier'] | null; state: Item['state'] };
    }
);

export interface SubscribeOptions {
  /** Item types; a type means its subtypes too. Default: all that the credential may read. */
  types?: readonly string[];
  /** Default: all. */
  events?: readonly EventName[];
  edgeTypes?: readonly string[];
  /** Where to take up again: the `id` of the last event that was dealt with. Default: from now on. */
  lastEventId?: string;
  signal?: AbortSignal;
  /** After such a silence the connection counts as lost; the server is heard every 30 seconds. Default 75,000. */
  silenceMs?: number;
}

export interface EventStreams {
  /**
   * What happens in the space, as it happens. A lost connection is made again from the last event on; the loop ends with
   * `break` or the signal. Kinds of event that this release does not know are left out.
   * @throws MarfaApiError: `catchup_too_old` when the server no longer has what follows `lastEventId` (list again, then
   *   subscribe without it); `unauthorized` once the credential has ended; other refusals.
   */
  subscribe(options?: SubscribeOptions): AsyncIterable<MarfaEvent>;
}

const SILENCE_MS = 75_000;
/** The longest event that is kept while it arrives, in characters. */
const MAX_EVENT_LENGTH = 16 * 1024 * 1024;
const CONNECT_TIMEOUT_MS = 30_000;
const KNOWN: ReadonlySet<string> = new Set(EVENT_NAMES);

interface StreamState {
  lastEventId: string | undefined;
  /** Connections in a row that brought nothing. */
  failures: number;
  /** What the server last asked to wait before coming again. */
  retryMs: number | null;
}

export function createEventStreams(transport: Transport): EventStreams {
  return {
    subscribe: (options = {}) => ({ [Symbol.asyncIterator]: () => follow(transport, options) }),
  };
}

async function* follow(transport: Transport, options: SubscribeOptions): AsyncGenerator<MarfaEvent> {
  const state: StreamState = { lastEventId: options.lastEventId, failures: 0, retryMs: null };
  for (;;) {
    options.signal?.throwIfAborted();
    let retryAfterMs: number | null = null;
    try {
      yield* connect(transport, options, state);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!mayPass(error)) throw error;
      retryAfterMs = MarfaApiError.is(error) ? error.retryAfterMs : null;
    }
    state.failures += 1;
    await transport.platform.wait(reconnectDelay(transport, state, retryAfterMs), options.signal);
  }
}

/** A stream has no last attempt; only the wait between attempts is bounded. */
function reconnectDelay({ options, platform }: Transport, state: StreamState, retryAfterMs: number | null): number {
  const asked = retryAfterMs ?? state.retryMs;
  if (asked !== null) return asked;
  const retry = { ...options.retry, attempts: Number.POSITIVE_INFINITY };
  return retryDelay({ attempt: state.failures, retryAfterMs: null, retry, random: platform.random }) ?? 0;
}

/** One connection, until it ends. */
async function* connect(
  transport: Transport,
  options: SubscribeOptions,
  state: StreamState,
): AsyncGenerator<MarfaEvent> {
  const connection = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, connection.signal]) : connection.signal;
  const lost = (cause?: unknown) =>
    new MarfaApiError('The event stream fell silent or broke off.', { status: 0, code: 'network_error', cause });
  try {
    const body = await openStream(transport, options, { state, signal });
    const reader = body.getReader();
    const decoder = new TextDecoder();
    const received: EventSourceMessage[] = [];
    const parser = createParser({
      maxBufferSize: MAX_EVENT_LENGTH,
      onEvent: (message) => received.push(message),
      onRetry: (ms) => {
        state.retryMs = ms;
      },
    });
    for (;;) {
      const stopWatch = transport.platform.after(options.silenceMs ?? SILENCE_MS, () => connection.abort());
      let chunk: ReadableStreamReadResult<Uint8Array>;
      try {
        chunk = await reader.read();
      } catch (error) {
        throw lost(error);
      } finally {
        stopWatch();
      }
      if (chunk.done) return;
      state.failures = 0;
      parser.feed(decoder.decode(chunk.value, { stream: true }));
      for (const message of received.splice(0)) {
        const event = toEvent(message);
        if (event) yield event;
        // Moved on only after the consumer has come back for more.
        if (message.id) state.lastEventId = message.id;
      }
    }
  } finally {
    connection.abort();
  }
}

async function openStream(
  transport: Transport,
  options: SubscribeOptions,
  { state, signal }: { state: StreamState; signal: AbortSignal },
): Promise<ReadableStream<Uint8Array>> {
  const search = new URLSearchParams();
  if (options.types?.length) search.set('type', options.types.join(','));
  if (options.events?.length) search.set('event', options.events.join(','));
  if (options.edgeTypes?.length) search.set('edge_type', options.edgeTypes.join(','));
  const query = search.toString();
  const request = {
    method: 'GET',
    url: `${transport.options.baseUrl.replace(/\/+$/, '')}/events${query === '' ? '' : `?${query}`}`,
    headers: {
      accept: 'text/event-stream',
      ...(state.lastEventId === undefined ? {} : { 'last-event-id': state.lastEventId }),
    },
    label: 'GET /events',
  };
  return sendRequest(transport, request, {
    signal,
    timeoutMs: CONNECT_TIMEOUT_MS,
    async read(response) {
      const type = response.headers.get('content-type') ?? '';
      if (response.body && type.startsWith('text/event-stream')) return response.body;
      throw new MarfaApiError('GET /events did not answer with an event stream.', {
        status: response.status,
        code: 'unexpected_answer',
        requestId: response.headers.get('x-request-id'),
      });
    },
  });
}

/** @throws MarfaApiError `catchup_too_old`. @returns null for what this release does not know. */
function toEvent(message: EventSourceMessage): MarfaEvent | null {
  if (message.event === 'catchup_too_old')
    throw new MarfaApiError('The server no longer has the events after the one that was named; list again.', {
      status: 200,
      code: 'catchup_too_old',
    });
  if (message.event === undefined || !KNOWN.has(message.event)) return null;
  const data = parseJson(message.data);
  if (typeof data !== 'object' || data === null) return null;
  return { id: message.id ?? '', event: message.event, data } as MarfaEvent;
}
