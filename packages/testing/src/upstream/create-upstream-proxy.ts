import { type IntegrationManifest, MarfaError } from '@withmarfa/shared';

/** Where a connector's proxied calls go, and what authenticates them there. */
export interface UpstreamOptions {
  /** Base address of the upstream, such as a fake one's; calls stay below it. */
  url: string;
  /** What Marfa sends; the connector never sees it. */
  token: string;
  /** Scheme of the Authorization header; default `Bearer`. */
  scheme?: string;
  /** Makes this an OAuth account: asked once after a 401 for another token. Null is a refusal. */
  refresh?: () => Promise<string | null>;
}

/** One call that went through the proxy. */
export interface ProxiedCall {
  method: string;
  /** Below the base address, with its query. */
  path: string;
  /** As the upstream got them, without what authenticates. */
  headers: Record<string, string>;
  body: string;
  /** What the upstream answered; 0 when it did not. */
  status: number;
}

/** The upstream as a test sees it through the harness. */
export interface HarnessUpstream {
  readonly url: string;
  /** Every call so far, in order. */
  readonly calls: readonly ProxiedCall[];
  /** Whether the account is lost: calls are refused until {@link HarnessUpstream.reauthorize}. */
  readonly needsReauthorization: boolean;
  /** A person connects the account again. */
  reauthorize(token: string): void;
}

export interface UpstreamProxy extends HarnessUpstream {
  /** Sends one call on. @throws MarfaError for what Marfa itself refuses. */
  forward(request: Request, pathAndQuery: string): Promise<Response>;
  readonly token: string;
}

const NEVER_SENT =
  /^(authorization|cookie|host|connection|content-length|keep-alive|te|trailer|transfer-encoding|upgrade|proxy-.*|x-marfa-.*|x-forwarded-.*)$/;
// The body is decoded by the time it is handed on, and Marfa's own marks must not be forged.
const NEVER_HANDED_ON =
  /^(set-cookie|connection|content-encoding|content-length|keep-alive|transfer-encoding|x-error-code)$/;

/**
 * Does what Marfa's proxy does: strips what authenticates from a call, adds the account's own, follows no redirect, and
 * hands the answer on as it is.
 * @param options.onLost called once each time the account is lost.
 */
export function createUpstreamProxy(
  upstream: UpstreamOptions,
  options: { manifest: IntegrationManifest | null; fetch: typeof fetch; onLost: () => void },
): UpstreamProxy {
  const { scheme = 'Bearer', refresh } = upstream;
  const base = upstream.url.replace(/\/+$/, '');
  const calls: ProxiedCall[] = [];
  let token = upstream.token;
  let isLost = false;

  async function attempt(request: Request, path: string, body: Uint8Array<ArrayBuffer>): Promise<Response> {
    const sent = Object.fromEntries([...request.headers].filter(([name]) => !NEVER_SENT.test(name)));
    const call = { method: request.method, path, headers: sent, body: new TextDecoder().decode(body), status: 0 };
    calls.push(call);
    try {
      const response = await options.fetch(`${base}/${path}`, {
        method: request.method,
        headers: { ...sent, authorization: `${scheme} ${token}` },
        redirect: 'manual',
        signal: request.signal,
        ...(body.length === 0 ? {} : { body }),
      });
      call.status = response.status;
      return response;
    } catch (error) {
      request.signal.throwIfAborted();
      throw new MarfaError('upstream_unreachable', 'The upstream did not answer.', { cause: error });
    }
  }

  function lose(): void {
    isLost = true;
    options.onLost();
  }

  return {
    url: base,
    calls,
    get needsReauthorization() {
      return isLost;
    },
    get token() {
      return token;
    },
    reauthorize(fresh) {
      token = fresh;
      isLost = false;
    },
    async forward(request, path) {
      requireCapability(options.manifest);
      requireBelow(base, path);
      if (isLost) throw reauthRequired();
      const body = new Uint8Array(await request.arrayBuffer());
      const response = await attempt(request, path, body);
      if (response.status !== 401) return handOn(response);
      if (!refresh) {
        lose();
        return handOn(response);
      }
      await response.body?.cancel();
      const fresh = await refresh();
      if (fresh !== null) {
        token = fresh;
        const again = await attempt(request, path, body);
        if (again.status !== 401) return handOn(again);
        await again.body?.cancel();
      }
      lose();
      throw reauthRequired();
    },
  };
}

function reauthRequired(): MarfaError {
  return new MarfaError('reauth_required', 'The account must be connected again.');
}

function requireCapability(manifest: IntegrationManifest | null): void {
  if (manifest === null || Object.keys(manifest.token_requirements ?? {}).length > 0) return;
  if (Object.values(manifest.oauth_requirements).includes('proxy')) return;
  throw new MarfaError('forbidden', `${manifest.name} declares no upstream that is called through the proxy.`);
}

function requireBelow(base: string, path: string): void {
  const target = new URL(`${base}/${path}`);
  if (`${target.origin}${target.pathname}`.startsWith(`${base}/`)) return;
  throw new MarfaError('forbidden', 'A proxied call stays below the base address of its upstream.');
}

function handOn(response: Response): Response {
  const headers = new Headers([...response.headers].filter(([name]) => !NEVER_HANDED_ON.test(name)));
  return new Response(response.body, { status: response.status, headers });
}
