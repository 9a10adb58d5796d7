import {
  type Endpoint,
  type EndpointInput,
  type EndpointResult,
  type Issue,
  MarfaError,
  toIssues,
} from '@withmarfa/shared';
import type { Request, Router } from 'express';
import type { z } from 'zod';
import type { Caller } from '../platform/caller.ts';
import { inspectJson } from './inspect-json.ts';

/** Finds out who a request acts for. Null when it brings no credential at all. */
export type Authenticate = (request: Request) => Promise<Caller | null>;

/** The answer of an endpoint for one caller. It knows nothing of HTTP but its status. */
export type Handler<E extends Endpoint> = (input: EndpointInput<E>, caller: Caller) => Promise<EndpointResult<E>>;
/** As {@link Handler}, for endpoints that anyone may call: `caller` is null without a credential. */
export type PublicHandler<E extends Endpoint> = (
  input: EndpointInput<E>,
  caller: Caller | null,
  context: { clientIp: string | null },
) => Promise<EndpointResult<E>>;

/** Adds endpoints to a router; the only code that turns HTTP into `(input, caller) → result`. */
export interface Mount {
  endpoint<E extends Endpoint>(endpoint: E, handler: Handler<E>): void;
  publicEndpoint<E extends Endpoint>(endpoint: E, handler: PublicHandler<E>): void;
}

export function createMount(router: Router, authenticate: Authenticate): Mount {
  return {
    endpoint(endpoint, handler) {
      register(router, endpoint, async (request) => {
        const caller = await authenticate(request);
        if (!caller) throw unauthorized();
        admit(endpoint, caller);
        return handler(readInput(endpoint, request), caller);
      });
    },
    publicEndpoint(endpoint, handler) {
      register(router, endpoint, async (request) => {
        const caller = await authenticate(request);
        return handler(readInput(endpoint, request), caller, { clientIp: request.ip ?? null });
      });
    },
  };
}

/** One success answer of an endpoint. */
export function answer<const Status extends number, Body>(status: Status, body: Body): { status: Status; body: Body } {
  return { status, body };
}

/** `200 {"ok": true}` */
export const OK = { status: 200, body: { ok: true } } as const;

/** The answer to a request without a usable credential. */
export function unauthorized(): MarfaError {
  return new MarfaError('unauthorized', 'A live credential is needed: send Authorization: Bearer <key>.');
}

function register(
  router: Router,
  endpoint: Endpoint,
  answer: (request: Request) => Promise<{ status: number; body: unknown }>,
): void {
  const path = endpoint.path.replaceAll(/\{(\w+)\}/g, ':$1');
  const method = endpoint.method.toLowerCase() as Lowercase<typeof endpoint.method>;
  router[method](path, async (request, response) => {
    const result = await answer(request);
    response.status(result.status).json(result.body);
  });
}

function admit(endpoint: Endpoint, caller: Caller): void {
  switch (endpoint.audience) {
    case 'anyone':
    case 'credential':
      return;
    case 'space-admin':
      if (caller.role === 'admin' || caller.role === 'tenant_admin') return;
      throw new MarfaError('forbidden', 'This needs an admin or tenant_admin credential.');
    case 'platform':
      if (caller.isPlatform) return;
      throw new MarfaError('forbidden', 'This needs a platform credential: an admin key without a tenant.');
    default:
      endpoint.audience satisfies never;
  }
}

function readInput<E extends Endpoint>(endpoint: E, request: Request): EndpointInput<E> {
  const issues: Issue[] = [];
  const params = parsePart(endpoint.params, request.params, 'path', issues);
  const query = parsePart(endpoint.query, { ...request.query }, 'query', issues);
  const body = parsePart(endpoint.body, request.body, 'body', issues);
  const odd = inspectJson([request.params, request.query, request.body]);
  if (odd) issues.push({ path: '$', message: odd });
  if (issues.length > 0) throw invalid(issues);
  return { params, query, body } as EndpointInput<E>;
}

function parsePart(schema: z.ZodType, value: unknown, part: 'path' | 'query' | 'body', issues: Issue[]): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const missingBody = value === undefined && part === 'body';
  if (missingBody) issues.push({ path: '$', message: 'a JSON body is needed; send Content-Type: application/json' });
  else
    for (const issue of toIssues(result.error))
      issues.push({ ...issue, path: part === 'body' ? issue.path : `${part} ${issue.path}` });
  return undefined;
}

/** The answer to input that does not fit: every fault at once. */
export function invalid(issues: readonly Issue[]): MarfaError {
  const first = issues[0];
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : '';
  return new MarfaError('validation_error', `${first?.path ?? '$'}: ${first?.message ?? 'invalid'}${more}.`, {
    details: { issues },
  });
}
