import type { ServerResponse } from 'node:http';
import type { Endpoint, EndpointInput } from '@withmarfa/shared';
import type { Caller } from '../platform/caller.ts';
import type { Exchange } from './exchange.ts';
import { type Idempotency, idempotencyKeyOf, type Success } from './idempotency.ts';
import type { RequestContext } from './mount-endpoint.ts';
import { parseJson } from './parse-json.ts';
import { hasBody, readBody, readBytes } from './read-body.ts';
import { readInput } from './read-input.ts';
import { sendJson, sendStream } from './send-answer.ts';

/** Takes in what a request brings, runs its handler, and answers. The caller has been found and let in. */
export async function handle(
  exchange: Exchange,
  { caller, idempotency }: { caller: Caller | null; idempotency: Idempotency },
): Promise<void> {
  const { request, match } = exchange;
  const { work, endpoint } = match.route;
  const isRepeatable = (work.kind === 'plain' || work.kind === 'public') && endpoint.method !== 'GET';
  const key = isRepeatable && caller !== null ? idempotencyKeyOf(request) : null;
  const { input, bodyText } = await takeInput(exchange);
  if (key === null || caller === null) {
    await run(exchange, input, caller);
    return;
  }
  const { url = '/', method = endpoint.method } = request;
  const { status, body, replayed } = await idempotency.once({ key, caller, method, url, bodyText }, () =>
    resultOf(exchange, input, caller),
  );
  if (replayed) exchange.headers['Idempotency-Replayed'] = 'true';
  sendJson(exchange, status, body);
}

const NO_BODY = { value: undefined, issues: [] };

async function takeInput({
  request,
  response,
  match,
}: Exchange): Promise<{ input: EndpointInput<Endpoint>; bodyText: string }> {
  const { endpoint, maxBodyBytes } = match.route;
  if (endpoint.request === 'bytes') {
    const bytes = readBytes(request, response, { maxBodyBytes });
    return { input: readInput(match, { value: bytes, issues: [] }), bodyText: '' };
  }
  const bodyText = hasBody(request) ? await readBody(request, response, { maxBodyBytes }) : '';
  return { input: readInput(match, bodyText === '' ? NO_BODY : parseJson(bodyText)), bodyText };
}

async function run(exchange: Exchange, input: EndpointInput<Endpoint>, caller: Caller | null): Promise<void> {
  const { work } = exchange.match.route;
  if (work.kind !== 'stream' && work.kind !== 'public stream') {
    const { status, body } = await resultOf(exchange, input, caller);
    sendJson(exchange, status, body);
    return;
  }
  const context = { ...contextOf(exchange), signal: leaving(exchange.response) };
  const result = await (work.kind === 'stream'
    ? work.handler(input, caller as Caller, context)
    : work.handler(input, caller, context));
  if ('headers' in result) await sendStream(exchange, result);
  else sendJson(exchange, result.status, result.body);
}

function resultOf(exchange: Exchange, input: EndpointInput<Endpoint>, caller: Caller | null): Promise<Success> {
  const { work } = exchange.match.route;
  switch (work.kind) {
    case 'plain':
      return work.handler(input, caller as Caller);
    case 'public':
    case 'own bearer':
      return work.handler(input, caller, contextOf(exchange));
    case 'probe':
      return work.handler();
    case 'raw':
    case 'stream':
    case 'public stream':
      throw new TypeError('what answers by itself has no single result');
    default:
      return work satisfies never;
  }
}

function contextOf({ request, clientIp, requestId }: Exchange): RequestContext {
  return { headers: request.headers, clientIp, requestId };
}

/** @returns a signal that fires when the client goes before it has its whole answer. */
function leaving(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}
