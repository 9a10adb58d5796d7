import type { Endpoint } from '@withmarfa/shared';
import type { Bytes, CallOptions } from './client-options.ts';
import { MarfaApiError } from './marfa-api-error.ts';
import { isRepeatable, mayPass, retryDelay } from './retry-policy.ts';
import { type ClientRequest, parseJson, sendRequest, type Transport } from './send-request.ts';
import { toAddress } from './to-address.ts';

export interface EndpointCall {
  path: Record<string, string>;
  query: Record<string, unknown>;
  body: unknown;
  options: CallOptions;
}

/**
 * Calls one endpoint, again where that is safe and may help.
 * @returns the body of its success, checked against the endpoint's schema.
 * @throws MarfaApiError; the signal's reason.
 */
export async function callEndpoint(transport: Transport, endpoint: Endpoint, call: EndpointCall): Promise<unknown> {
  const { platform, options } = transport;
  const request = toRequest(transport, endpoint, call);
  // Bytes are kept under their hash: however often they come, they are there once.
  const repeatable =
    endpoint.request === 'bytes' || isRepeatable(endpoint.method, 'idempotency-key' in request.headers);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await sendRequest(transport, request, {
        ...call.options,
        read: (response) => readAnswer(endpoint, request, response),
      });
    } catch (error) {
      // A request that the limiter turned away has done nothing, whatever its method.
      const safe = repeatable || MarfaApiError.is(error, 'rate_limited');
      if (!safe || !mayPass(error)) throw error;
      const retryAfterMs = MarfaApiError.is(error) ? error.retryAfterMs : null;
      const delayMs = retryDelay({ attempt, retryAfterMs, retry: options.retry ?? {}, random: platform.random });
      if (delayMs === null) throw error;
      await platform.wait(delayMs, call.options.signal);
    }
  }
}

function toRequest({ options, platform }: Transport, endpoint: Endpoint, call: EndpointCall): ClientRequest {
  const headers: Record<string, string> = { accept: 'application/json' };
  const isBytes = endpoint.request === 'bytes';
  if (endpoint.response === 'bytes') headers.accept = '*/*';
  if (call.options.range !== undefined) headers.range = call.options.range;
  if (call.body !== undefined)
    headers['content-type'] = isBytes ? (call.options.contentType ?? 'application/octet-stream') : 'application/json';
  // The server keeps these keys for each credential and for JSON; a call without a credential has none.
  if (endpoint.method !== 'GET' && !isBytes && options.token !== undefined)
    headers['idempotency-key'] = call.options.idempotencyKey ?? platform.newKey();
  return {
    method: endpoint.method,
    url: toAddress(options.baseUrl, endpoint, call),
    headers,
    ...(call.body === undefined ? {} : { body: isBytes ? (call.body as Bytes) : JSON.stringify(call.body) }),
    label: `${endpoint.method} ${endpoint.path}`,
  };
}

async function readAnswer(endpoint: Endpoint, request: ClientRequest, response: Response): Promise<unknown> {
  const { status } = response;
  const unexpected = (how: string, cause?: unknown) =>
    new MarfaApiError(`${request.label} answered ${status} ${how}.`, {
      status,
      code: 'unexpected_answer',
      requestId: response.headers.get('x-request-id'),
      cause,
    });
  const schema = endpoint.responses[status];
  if (schema && endpoint.response === 'bytes') return response;
  const text = await response.text();
  if (!schema) throw unexpected('where that means nothing');
  const body = parseJson(text);
  if (body === undefined) throw unexpected('with something that is not JSON');
  const verdict = schema.safeParse(body);
  if (!verdict.success) throw unexpected('with a body of another shape', verdict.error);
  return verdict.data;
}
