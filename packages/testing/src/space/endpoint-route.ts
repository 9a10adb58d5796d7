import { type Endpoint, type EndpointInput, type EndpointResult, MarfaError, toIssues } from '@withmarfa/shared';
import type { z } from 'zod';
import type { SpaceCaller } from './space-caller.ts';

/** A request, taken apart but not yet judged. */
export interface RawRequest {
  method: string;
  /** Without a query. */
  path: string;
  query: Record<string, string>;
  /** The body's text; empty where there is none. */
  body: string;
}

export interface EndpointRoute {
  /** @returns null when the request is for another route. @throws MarfaError. */
  answer(request: RawRequest, caller: SpaceCaller): { status: number; body: unknown } | null;
}

/** Serves one endpoint of Marfa's API: what comes in is judged by its schemas, as the server does. */
export function endpointRoute<E extends Endpoint>(
  endpoint: E,
  handle: (input: EndpointInput<E>, caller: SpaceCaller) => EndpointResult<E>,
): EndpointRoute {
  const pattern = new RegExp(`^${endpoint.path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`);
  return {
    answer(request, caller) {
      const match = request.method === endpoint.method ? pattern.exec(request.path) : null;
      if (match === null) return null;
      const params = Object.fromEntries(
        Object.entries(match.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]),
      );
      const input = {
        params: judge(endpoint.params, params, 'path $'),
        query: judge(endpoint.query, request.query, 'query $'),
        body: judge(endpoint.body, toJson(request.body), '$'),
      } as EndpointInput<E>;
      return handle(input, caller);
    },
  };
}

function judge(schema: z.ZodType, value: unknown, root: string): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = toIssues(result.error).map((issue) => ({ ...issue, path: issue.path.replace('$', root) }));
  throw new MarfaError('validation_error', `${issues[0]?.path}: ${issues[0]?.message}.`, { details: { issues } });
}

function toJson(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new MarfaError('validation_error', 'The body is not JSON.');
  }
}

/** One success of an endpoint, with its status as the literal that the endpoint's type asks for. */
export function answer<Status extends number, Body>(status: Status, body: Body): { status: Status; body: Body } {
  return { status, body };
}
