import { parse as parseQuery } from 'node:querystring';
import { type Endpoint, type EndpointInput, type Issue, MarfaError, toIssues } from '@withmarfa/shared';
import type { z } from 'zod';
import type { RouteMatch } from './api-routes.ts';
import { findJsonFaults, MAX_ISSUES } from './find-json-faults.ts';

const MAX_QUERY_PARAMETERS = 100;

/**
 * Parses what an endpoint takes.
 * @param body what was read already: JSON, or the unread stream; with the faults that the reading found.
 * @throws MarfaError `validation_error` with every fault of path, query and body at once.
 */
export function readInput(
  { route, params, search }: RouteMatch,
  { value: body, issues: found }: { value: unknown; issues: readonly Issue[] },
): EndpointInput<Endpoint> {
  const { endpoint } = route;
  const issues = [...found];
  const query = readQuery(search, issues);
  const input = {
    params: parsePart(endpoint.params, params, 'path', issues),
    query: parsePart(endpoint.query, query, 'query', issues),
    body: endpoint.request === 'json' ? parsePart(endpoint.body, body, 'body', issues) : body,
  };
  noteOddText(params, 'path', issues);
  noteOddText(query, 'query', issues);
  if (issues.length > 0) throw invalid(issues);
  return input as EndpointInput<Endpoint>;
}

const NO_QUERY = {};

function readQuery(search: string, issues: Issue[]): object {
  if (search === '') return NO_QUERY;
  if (search.includes('%') && !isDecodable(search))
    issues.push({ path: 'query $', message: 'expected percent-encoded UTF-8' });
  return { ...parseQuery(search, '&', '=', { maxKeys: MAX_QUERY_PARAMETERS }) };
}

function noteOddText(part: object, name: string, issues: Issue[]): void {
  for (const issue of findJsonFaults(part).issues) {
    const path = `${name} ${issue.path}`;
    // What the schema does not know is told once.
    if (!issues.some((known) => known.path === path)) issues.push({ ...issue, path });
  }
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
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

/** The answer to input that does not fit: every fault at once, up to a hundred. */
export function invalid(issues: readonly Issue[]): MarfaError {
  const first = issues[0];
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : '';
  return new MarfaError('validation_error', `${first?.path ?? '$'}: ${first?.message ?? 'invalid'}${more}.`, {
    details: { issues: issues.slice(0, MAX_ISSUES) },
  });
}
