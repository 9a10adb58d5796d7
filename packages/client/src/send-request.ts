import { ErrorEnvelopeSchema } from '@withmarfa/shared';
import type { Bytes, CallOptions, ClientOptions, ClientPlatform } from './client-options.ts';
import { MarfaApiError } from './marfa-api-error.ts';
import { parseRetryAfter } from './retry-policy.ts';

export const DEFAULT_TIMEOUT_MS = 30_000;

export interface ClientRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  /** JSON text, or bytes. */
  body?: string | Bytes;
  /** Method and path template, for messages. */
  label: string;
}

/** The parts of a client that every request needs. */
export interface Transport {
  options: ClientOptions;
  platform: ClientPlatform;
}

/**
 * Sends one request with a credential; asks for another one and tries once more when it is refused.
 * @param read makes something of a success while the time limit still counts.
 * @throws MarfaApiError; the signal's reason.
 */
export async function sendRequest<Result>(
  transport: Transport,
  request: ClientRequest,
  call: CallOptions & { read: (response: Response) => Promise<Result> },
): Promise<Result> {
  const { token } = transport.options;
  const bearer = await currentToken(token);
  try {
    return await sendOnce(transport, request, { ...call, bearer });
  } catch (error) {
    if (!MarfaApiError.is(error, 'unauthorized') || typeof token !== 'function') throw error;
    const another = await currentToken(token);
    if (another === bearer) throw error;
    return sendOnce(transport, request, { ...call, bearer: another });
  }
}

async function currentToken(token: ClientOptions['token']): Promise<string | undefined> {
  return typeof token === 'function' ? token() : token;
}

async function sendOnce<Result>(
  { options, platform }: Transport,
  request: ClientRequest,
  call: CallOptions & { bearer: string | undefined; read: (response: Response) => Promise<Result> },
): Promise<Result> {
  const timeoutMs = call.timeoutMs ?? options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const limit = new AbortController();
  const stopClock = platform.after(timeoutMs, () => limit.abort());
  const signal = call.signal ? AbortSignal.any([call.signal, limit.signal]) : limit.signal;
  call.signal?.throwIfAborted();
  try {
    const response = await (options.fetch ?? globalThis.fetch)(request.url, {
      method: request.method,
      headers: {
        ...request.headers,
        ...(call.bearer === undefined ? {} : { authorization: `Bearer ${call.bearer}` }),
        ...(options.userAgent === undefined ? {} : { 'user-agent': options.userAgent }),
      },
      // A credential follows no redirect.
      redirect: 'manual',
      signal,
      ...(request.body === undefined ? {} : { body: request.body }),
    });
    if (response.ok) return await call.read(response);
    throw toApiError(request.label, response, { text: await response.text(), nowMs: platform.now() });
  } catch (error) {
    if (MarfaApiError.is(error)) throw error;
    call.signal?.throwIfAborted();
    if (limit.signal.aborted)
      throw new MarfaApiError(`${request.label} got no answer within ${timeoutMs} ms.`, { status: 0, code: 'timeout' });
    throw new MarfaApiError(`${request.label} got no answer.`, { status: 0, code: 'network_error', cause: error });
  } finally {
    stopClock();
  }
}

function toApiError(
  label: string,
  response: Response,
  { text, nowMs }: { text: string; nowMs: number },
): MarfaApiError {
  const { status, headers } = response;
  const requestId = headers.get('x-request-id');
  const retryAfterMs = parseRetryAfter(headers.get('retry-after'), nowMs);
  const body = parseJson(text);
  const envelope = ErrorEnvelopeSchema.safeParse(body);
  if (!envelope.success)
    return new MarfaApiError(`${label} answered ${status}.`, {
      status,
      code: 'unexpected_answer',
      requestId,
      retryAfterMs,
    });
  const { code, message, details } = envelope.data.error;
  const { error: _, ...companions } = body as Record<string, unknown>;
  const all = { ...companions, ...details };
  return new MarfaApiError(`${message} (${label}: ${status} ${code})`, {
    status,
    code,
    requestId,
    retryAfterMs,
    details: Object.keys(all).length === 0 ? undefined : all,
  });
}

/** @returns undefined for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
