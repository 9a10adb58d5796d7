import type { Clock } from '../clock/clock.ts';
import { orAbort } from '../clock/or-abort.ts';
import { wait } from '../clock/wait.ts';
import { MarfaApiError } from '../errors/marfa-api-error.ts';
import type { CredentialKeeper } from './create-credential-keeper.ts';
import { type ProxyBody, type ProxyRequestOptions, toProxyUrl, toWireBody } from './proxy-request.ts';
import { toApiError } from './read-answer.ts';
import { retryDelay } from './retry-policy.ts';

/** Marfa's own refusals name their code here; answers of the upstream never carry it. */
const OWN_ERROR_HEADER = 'x-error-code';

/** Sends one call to the upstream of the run's Connection. */
export type ProxyCaller = (
  method: string,
  path: string,
  body?: ProxyBody,
  options?: ProxyRequestOptions,
) => Promise<Response>;

export interface ProxyCallerOptions {
  connection_id: string;
  fetch: typeof fetch;
  /** Where the server answers, without a trailing slash. */
  serverUrl: string;
  keeper: CredentialKeeper;
  signal: AbortSignal;
  clock: Clock;
  /** From 0 to 1. */
  random: () => number;
}

/**
 * Makes the caller of Marfa's proxy. What the upstream answers is handed on as it is, whatever its status; a refusal by
 * Marfa itself throws.
 */
export function createProxyCaller(options: ProxyCallerOptions): ProxyCaller {
  const { keeper, clock, random, serverUrl, connection_id } = options;

  return async (method, path, body, { headers = {}, signal: own } = {}) => {
    const signal = own ? AbortSignal.any([own, options.signal]) : options.signal;
    const wire = toWireBody(body);
    const url = toProxyUrl(`${serverUrl}/connections/${connection_id}/proxy`, path);
    const label = `${method} through the proxy`;

    async function attempt(bearer: string): Promise<Response> {
      signal.throwIfAborted();
      const sent = new Headers(headers);
      if (wire.contentType !== undefined && !sent.has('content-type')) sent.set('content-type', wire.contentType);
      sent.set('authorization', `Bearer ${bearer}`);
      try {
        return await options.fetch(url, {
          method,
          headers: sent,
          signal,
          // A credential follows no redirect.
          redirect: 'manual',
          ...(wire.body === undefined ? {} : { body: wire.body }),
        });
      } catch (error) {
        signal.throwIfAborted();
        throw new MarfaApiError(`${label} got no answer.`, { status: 0, code: 'network_error', cause: error });
      }
    }

    for (let count = 1; ; count += 1) {
      const bearer = await orAbort(keeper.bearer(), signal);
      let response = await attempt(bearer);
      if (response.headers.get(OWN_ERROR_HEADER) === 'unauthorized') {
        await response.body?.cancel();
        response = await attempt(await orAbort(keeper.bearerAfterRefusal(bearer), signal));
      }
      const code = response.headers.get(OWN_ERROR_HEADER);
      if (code === null) return response;
      // Marfa's own limits refuse before anything is sent on, so the call may be made again.
      const retryAfter = response.headers.get('retry-after');
      const delay =
        code === 'rate_limited' && retryAfter !== null
          ? retryDelay({ attempt: count, retryAfter, now: clock.now(), random })
          : null;
      if (delay === null) throw await toRefusal(response, { label, code, signal });
      await response.body?.cancel();
      await wait(delay, { clock, signal });
    }
  };
}

/** Reads a refusal by Marfa itself; the header names its code where the body cannot: after HEAD, or broken off. */
async function toRefusal(
  response: Response,
  { label, code, signal }: { label: string; code: string; signal: AbortSignal },
): Promise<MarfaApiError> {
  const { status } = response;
  let text = '';
  try {
    text = await response.text();
  } catch {
    signal.throwIfAborted();
  }
  const error = toApiError(label, status, text);
  return error.code === code ? error : new MarfaApiError(`${label} was refused (${status} ${code}).`, { status, code });
}
