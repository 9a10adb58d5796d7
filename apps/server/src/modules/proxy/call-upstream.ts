import type { ServerResponse } from 'node:http';
import type { Dispatcher } from 'undici';
import { type AnswerFeed, createAnswerFeed, type UpstreamAnswer } from './upstream-answer.ts';

/** A body that is sent as it is read; a buffer is there as a whole. */
export type UpstreamBody = Buffer | AsyncIterable<Buffer> | null;

export interface UpstreamCall {
  method: string;
  /** With its query, as it is written into the request line. */
  path: string;
  /** Names and values in turns. */
  headers: string[];
  body: UpstreamBody;
}

export interface CallLimits {
  /** How long the upstream may take for the head of its answer. */
  firstByteMs: number;
  /** How long it may send nothing in the middle of its answer. */
  silenceMs: number;
}

/** Who waits for an answer: the response to a request, which closes when its client goes. */
export type Asker = Pick<ServerResponse, 'destroyed' | 'once' | 'off'>;

const CALLER_GONE = new Error('the caller is gone');

/**
 * Sends one call and waits for the head of its answer. Nothing is followed, decoded or tried again; informational answers
 * (1xx) are between the two hops and end here, and so do trailers.
 * @param options.asker ends the call by going, at whatever point it is, until the head is there.
 * @throws what the connector or the body threw, or what undici says of the connection.
 */
export function callUpstream(
  dispatcher: Dispatcher,
  call: UpstreamCall,
  { firstByteMs, silenceMs, asker }: CallLimits & { asker: Asker },
): Promise<UpstreamAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<UpstreamAnswer>();
  let feed: AnswerFeed | null = null;
  let started: Dispatcher.DispatchController | null = null;

  const leave = () => {
    started?.abort(CALLER_GONE);
    reject(CALLER_GONE);
  };
  if (asker.destroyed) {
    reject(CALLER_GONE);
    return promise;
  }
  asker.once('close', leave);

  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(controller) {
      started = controller;
      if (asker.destroyed) controller.abort(CALLER_GONE);
    },
    onResponseStart(controller, status) {
      if (status < 200) return;
      asker.off('close', leave);
      feed = createAnswerFeed(controller, { status, headers: toTexts(controller.rawHeaders) });
      resolve(feed.answer);
    },
    onResponseData: (_controller, chunk) => feed?.data(chunk),
    onResponseEnd: () => feed?.end(),
    onResponseError(_controller, error) {
      asker.off('close', leave);
      if (feed) feed.fail();
      else reject(error);
    },
  };
  const options: Dispatcher.DispatchOptions = {
    path: call.path,
    method: call.method as Dispatcher.HttpMethod,
    headers: call.headers,
    // Async iterables are taken as well; the types do not say so.
    body: call.body as Buffer | null,
    headersTimeout: firstByteMs,
    bodyTimeout: silenceMs,
  };
  dispatcher.dispatch(options, handler);
  return promise;
}

/** Header bytes are Latin-1 on both sides, so every byte comes out as it went in. */
function toTexts(raw: Dispatcher.DispatchController['rawHeaders']): string[] {
  if (!Array.isArray(raw)) return [];
  return raw.map((part: Buffer | string) => (typeof part === 'string' ? part : part.toString('latin1')));
}
