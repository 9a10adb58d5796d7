import { MarfaError, PASSAGES } from '@withmarfa/shared';
import type { Mount } from '../../http/mount-endpoint.ts';
import type { PassageExchange } from '../../http/passage-routes.ts';
import { toMarfaError } from '../../http/to-marfa-error.ts';
import type { ProxiedConnections } from './proxied-connections.ts';
import type { ProxyAudit } from './proxy-audit.ts';
import type { ProxyCall, ProxyLimits } from './proxy-call.ts';
import { toCallerHeaders } from './response-headers.ts';

export interface ProxyRoutesDeps {
  connections: ProxiedConnections;
  call: ProxyCall;
  audit: ProxyAudit;
  limits: Pick<ProxyLimits, 'maxResponseBytes' | 'silenceMs'>;
}

/** Answers without a body whatever their `Content-Length` says (RFC 9110 section 6.4.1). */
const BODILESS = new Set([204, 304]);

export function mountProxyRoutes(mount: Mount, { connections, call, audit, limits }: ProxyRoutesDeps): void {
  mount.passage(PASSAGES.proxy, async (exchange) => {
    const connection = await connections.findWorking(exchange.caller, exchange.id);
    const began = performance.now();
    const note = (status: number | null) =>
      audit.note({
        actor: exchange.caller,
        connectionId: connection.id,
        method: exchange.request.method ?? 'GET',
        path: `/${exchange.rest ?? ''}`,
        status,
        durationMs: Math.round(performance.now() - began),
      });
    try {
      const { answer, close } = await call(exchange, connection);
      try {
        await pass(exchange, answer);
      } finally {
        await close();
        note(answer.status);
      }
    } catch (thrown) {
      note(exchange.response.destroyed ? null : toMarfaError(thrown).status);
      // Nobody is there to be told, and it was no fault of anybody.
      if (!exchange.response.destroyed) throw withRetryAfter(exchange, thrown);
    }
  });

  async function pass(exchange: PassageExchange, answer: Awaited<ReturnType<ProxyCall>>['answer']): Promise<void> {
    const { request, response, headers: own } = exchange;
    const hasBody = request.method !== 'HEAD' && !BODILESS.has(answer.status);
    if (hasBody && declaredLength(answer.headers) > limits.maxResponseBytes) {
      answer.discard();
      throw new MarfaError(
        'oauth_proxy_upstream_invalid',
        `The upstream's answer is longer than the ${limits.maxResponseBytes} bytes that go through the proxy.`,
        { details: { reason: 'response_too_large', limit: limits.maxResponseBytes, status: answer.status } },
      );
    }
    const vary = response.getHeader('vary');
    const headers = toCallerHeaders(answer.headers, own, vary === undefined ? undefined : String(vary));
    await answer.deliver(response, { headers, maxBytes: limits.maxResponseBytes, silenceMs: limits.silenceMs });
  }
}

/** @returns 0 where nothing is declared. */
function declaredLength(raw: readonly string[]): number {
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] ?? '';
    if (name.length === 14 && name.toLowerCase() === 'content-length') return Number(raw[index + 1]) || 0;
  }
  return 0;
}

/** RFC 9110 section 10.2.3: whoever is told to wait is told for how long. */
function withRetryAfter({ headers }: PassageExchange, thrown: unknown): unknown {
  const seconds = MarfaError.is(thrown) ? thrown.details?.retry_after_seconds : undefined;
  if (typeof seconds === 'number') headers['Retry-After'] = seconds;
  return thrown;
}
