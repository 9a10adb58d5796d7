import { MarfaError } from '@withmarfa/shared';
import type { PassageExchange } from '../../http/passage-routes.ts';
import type { ConnectionRow } from '../connections/index.ts';
import type { IntegrationsService } from '../integrations/index.ts';
import type { UpstreamAccess, UpstreamAuthorization } from '../upstream-oauth/index.ts';
import { type CallLimits, callUpstream } from './call-upstream.ts';
import { joinPath, type UpstreamBase } from './proxy-target.ts';
import { readRateNews } from './read-rate-news.ts';
import { type RequestBody, takeRequestBody } from './request-body.ts';
import { toUpstreamHeaders } from './request-headers.ts';
import { toProxyRefusal } from './to-proxy-refusal.ts';
import type { UpstreamAnswer } from './upstream-answer.ts';
import type { UpstreamBudgets } from './upstream-budgets.ts';
import type { UpstreamPools } from './upstream-pools.ts';
import type { FindBase } from './upstream-targets.ts';

export interface ProxyLimits extends CallLimits {
  maxRequestBytes: number;
  maxResponseBytes: number;
}

export interface ProxyCallDeps {
  integrations: Pick<IntegrationsService, 'manifestOf'>;
  access: UpstreamAccess;
  findBase: FindBase;
  pools: UpstreamPools;
  budgets: UpstreamBudgets;
  limits: ProxyLimits;
  nowMs(): number;
}

export interface ProxiedAnswer {
  answer: UpstreamAnswer;
  /** To be called when the answer is over: an upstream may answer before it has read all of the request. */
  close(): Promise<void>;
}

/** Sends a caller's request on, and once more with fresh tokens where the first ones were refused. */
export type ProxyCall = (exchange: PassageExchange, connection: ConnectionRow) => Promise<ProxiedAnswer>;

/**
 * Makes the call of a Connection to its upstream.
 * @returns a function that throws MarfaError `validation_error` for a path that leads out of the base, `forbidden` where the
 *   manifest does not ask for the proxy, `payload_too_large`, `reauth_required`, `rate_limited`, `oauth_proxy_upstream_invalid`
 *   or `upstream_unreachable`.
 */
export function createProxyCall(deps: ProxyCallDeps): ProxyCall {
  const { integrations, access, findBase, pools, budgets, limits, nowMs } = deps;

  return async (exchange, connection) => {
    const { request, response } = exchange;
    // Judged before anything is opened or asked for: what is wrong with it does not depend on the upstream.
    pathBelow('', exchange);
    const asksForProxy = await mayUseProxy(connection);
    const body = await takeRequestBody(request, response, {
      maxBytes: limits.maxRequestBytes,
      silenceMs: limits.silenceMs,
    });
    try {
      const first = await access.authorize(connection);
      if (!asksForProxy && first.kind !== 'api_token') throw notDeclared(connection);
      const send = async (authorization: UpstreamAuthorization, keep: boolean) => {
        const base = findBase(connection, authorization.baseUrl);
        return sendOnce({ exchange, connection, authorization, base, body, keep });
      };

      let answer = await send(first, first.kind === 'oauth_token');
      if (answer.status === 401) answer = await afterRefusal(connection, { first, answer, send });
      return { answer, close: body.close };
    } catch (thrown) {
      await body.close();
      throw thrown;
    }
  };

  function pathBelow(prefix: string, { rest, search }: PassageExchange): string {
    const verdict = joinPath(prefix, { rest, search });
    if (verdict.ok) return verdict.path;
    throw new MarfaError('validation_error', `This address is not sent on: ${verdict.reason}.`, {
      details: { issues: [{ path: 'path $.path', message: verdict.reason }] },
    });
  }

  /** @returns false where only a static token may let the call through. */
  async function mayUseProxy(connection: ConnectionRow): Promise<boolean> {
    const asked = Object.values((await integrations.manifestOf(connection.integration_id)).oauth_requirements);
    if (asked.includes('proxy')) return true;
    if (asked.length > 0) throw notDeclared(connection);
    return false;
  }

  async function sendOnce(call: {
    exchange: PassageExchange;
    connection: ConnectionRow;
    authorization: UpstreamAuthorization;
    base: UpstreamBase;
    body: RequestBody;
    keep: boolean;
  }): Promise<UpstreamAnswer> {
    const { exchange, connection, authorization, base, body, keep } = call;
    const key = { account: authorization.account, origin: base.origin };
    const permit = await budgets.admit(key, connection.id, exchange.response);
    try {
      const headers = toUpstreamHeaders(exchange.request.rawHeaders, authorization.header.reveal());
      const opened = body.open({ keep });
      if (opened !== null && !Buffer.isBuffer(opened) && body.declared !== null)
        headers.push('Content-Length', String(body.declared));
      const answer = await callUpstream(
        pools.of(base.origin),
        {
          method: exchange.request.method ?? 'GET',
          path: pathBelow(base.prefix, exchange),
          headers,
          body: opened,
        },
        { ...limits, asker: exchange.response },
      );
      permit.settle(readRateNews(answer.status, answer.headers, nowMs()));
      return answer;
    } catch (thrown) {
      throw toProxyRefusal(thrown);
    } finally {
      permit.settle(null);
    }
  }

  async function afterRefusal(
    connection: ConnectionRow,
    {
      first,
      answer,
      send,
    }: {
      first: UpstreamAuthorization;
      answer: UpstreamAnswer;
      send: (authorization: UpstreamAuthorization, keep: boolean) => Promise<UpstreamAnswer>;
    },
  ): Promise<UpstreamAnswer> {
    // The answer to a refused static token is the caller's; that to a refused bearer is nobody's.
    if (first.kind === 'oauth_token') answer.discard();
    const second = await access.afterRefusal(connection, first).catch((error: unknown) => {
      answer.discard();
      throw error;
    });
    if (second === null) return answer;
    const again = await send(second, false);
    if (again.status !== 401) return again;
    again.discard();
    throw await access.giveUp(connection, second);
  }
}

function notDeclared({ label }: ConnectionRow): MarfaError {
  return new MarfaError('forbidden', `The manifest of ${label} does not ask for the proxy (oauth_requirements).`);
}
