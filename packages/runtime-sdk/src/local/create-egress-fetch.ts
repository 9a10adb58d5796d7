import { Agent, fetch as undiciFetch } from 'undici';
import { createEgressPolicy } from '../egress/egress-policy.ts';
import type { OutboundAllow } from '../egress/parse-outbound-allow.ts';
import { EgressRefusedError } from '../errors/egress-refused-error.ts';
import { notePermanentLocation } from '../response/permanent-location.ts';
import { followRedirects, type Hop } from './follow-redirects.ts';
import { createGuardedConnector, type Resolve, systemResolve } from './guarded-connector.ts';
import { toFirstHop } from './to-first-hop.ts';

const HEADERS_TIMEOUT_MS = 30_000;
const BODY_SILENCE_TIMEOUT_MS = 30_000;

export interface EgressFetchOptions {
  /** Places let through although their address is not public. */
  allow: OutboundAllow;
  /** Default: the system's resolver. */
  resolve?: Resolve;
}

/**
 * Makes the `fetch` that connectors reach the outside with. It takes and gives what `fetch` does, and besides: only
 * http and https; only public addresses, checked as they are dialled; every redirect judged like a first request, ten
 * at most; no proxy from the environment. 10 s to connect, 30 s for the headers, 30 s between two pieces of the body;
 * capping the body is the caller's, with `readBody`.
 * @throws EgressRefusedError when a rule refuses; else TypeError and the signal's reason, as `fetch` does.
 */
export function createEgressFetch(options: EgressFetchOptions): typeof fetch {
  const policy = createEgressPolicy(options.allow);
  // An agent of our own takes no proxy settings from the environment.
  const dispatcher = new Agent({
    connect: createGuardedConnector(policy, options.resolve ?? systemResolve),
    headersTimeout: HEADERS_TIMEOUT_MS,
    bodyTimeout: BODY_SILENCE_TIMEOUT_MS,
    allowH2: false,
  });

  async function send({ url, method, headers, body, signal }: Hop) {
    policy.assertUrl(url);
    try {
      return await undiciFetch(url, {
        dispatcher,
        method,
        headers: [...headers],
        redirect: 'manual',
        signal,
        ...(body === null ? {} : { body, duplex: 'half' }),
      });
    } catch (error) {
      throw refusalIn(error) ?? error;
    }
  }

  return async (input, init) => {
    // A `Request` refuses a user name in a URL by itself, but not as what it is here.
    policy.assertUrl(new URL(input instanceof Request ? input.url : input));
    const { hop, redirect } = await toFirstHop(input, init);
    const { response, redirected, permanent } = await followRedirects(hop, { mode: redirect, send });
    Object.defineProperty(response, 'redirected', { value: redirected });
    // The classes of undici and of the platform differ by name alone.
    const answer = response as unknown as Response;
    if (permanent !== null) notePermanentLocation(answer, permanent);
    return answer;
  };
}

/** The socket's error comes wrapped as `fetch failed`; a refusal is told as what it is. */
function refusalIn(error: unknown): EgressRefusedError | null {
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  return EgressRefusedError.is(cause) ? cause : null;
}
