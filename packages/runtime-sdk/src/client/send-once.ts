import { MarfaApiError } from '../errors/marfa-api-error.ts';

export interface MarfaRequest {
  method: string;
  url: string;
  /** Method and path template, for error messages. */
  label: string;
  /** JSON text. */
  body: string | undefined;
  /** More headers, by name. */
  headers?: Readonly<Record<string, string>>;
}

export interface MarfaAnswer {
  status: number;
  retryAfter: string | null;
  text: string;
}

/**
 * Sends one request and reads its whole answer, whatever its status.
 * @throws MarfaApiError `network_error` when none came or it broke off; the signal's reason once it has fired.
 */
export async function sendOnce(
  request: MarfaRequest,
  options: { fetch: typeof fetch; bearer: string; signal: AbortSignal },
): Promise<MarfaAnswer> {
  const { signal } = options;
  signal.throwIfAborted();
  const headers: Record<string, string> = {
    ...request.headers,
    accept: 'application/json',
    authorization: `Bearer ${options.bearer}`,
  };
  if (request.body !== undefined) headers['content-type'] = 'application/json';
  try {
    const response = await options.fetch(request.url, {
      method: request.method,
      headers,
      signal,
      // A credential follows no redirect.
      redirect: 'manual',
      ...(request.body === undefined ? {} : { body: request.body }),
    });
    return {
      status: response.status,
      retryAfter: response.headers.get('retry-after'),
      text: await response.text(),
    };
  } catch (error) {
    signal.throwIfAborted();
    throw new MarfaApiError(`${request.label} got no answer.`, { status: 0, code: 'network_error', cause: error });
  }
}
