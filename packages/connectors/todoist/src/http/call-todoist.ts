import { BodyTooLargeError, MarfaApiError, readBody } from '@withmarfa/runtime-sdk';
import type { TodoistContext } from '../manifest.ts';
import { classifyFailure, type Failure } from './classify-failure.ts';

/** A process of a connector has 64 MB; a full sync of 10,000 tasks is about 10. */
const MAX_BYTES = 16 * 1024 * 1024;

export interface TodoistRequest {
  method: 'GET' | 'POST' | 'DELETE';
  /** Below `/api/v1/`. */
  path: string;
  /** The Sync API takes forms, REST takes JSON. */
  body?: URLSearchParams | Record<string, unknown>;
  /** Milliseconds since the epoch. */
  now: number;
}

/** What came of a call: its body as JSON (null where there is none), or how the run is to end. */
export type Called = { ok: true; json: unknown } | { ok: false; status: number; json: unknown; failure: Failure };

/**
 * Calls Todoist through Marfa's proxy.
 * @returns a failure for whatever Todoist may answer, and for an account that a person has to connect again.
 * @throws MarfaApiError when Marfa itself cannot be reached.
 */
export async function callTodoist(ctx: TodoistContext, { method, path, body, now }: TodoistRequest): Promise<Called> {
  let response: Response;
  try {
    response = await ctx.marfa.proxyRequest(method, `api/v1/${path}`, body);
  } catch (error) {
    if (!MarfaApiError.is(error)) throw error;
    if (error.code === 'reauth_required')
      return failed(0, { ok: false, retry: false, reason: 'The Todoist account has to be connected again.' });
    if (error.code === 'upstream_unreachable')
      return failed(0, { ok: false, retry: true, reason: 'Todoist did not answer.' });
    throw error;
  }
  const text = await readText(response, ctx.signal);
  if (!text.ok) return failed(response.status, text.failure);
  const json = parse(text.text);
  if (!response.ok) return failed(response.status, classifyFailure(response, { body: json, now }), json);
  if (response.status === 204) return { ok: true, json: null };
  if (json !== undefined) return { ok: true, json };
  return failed(response.status, {
    ok: false,
    retry: true,
    reason: `Todoist answered with ${describe(response, text.text)}.`,
  });
}

/** @returns whether Todoist has no such task, or not any more. */
export function isMissing(called: Called): boolean {
  return !called.ok && (called.status === 404 || called.status === 410);
}

function failed(status: number, failure: Failure, json?: unknown): Called {
  return { ok: false, status, failure, json };
}

async function readText(
  response: Response,
  signal: AbortSignal,
): Promise<{ ok: true; text: string } | { ok: false; failure: Failure }> {
  try {
    return { ok: true, text: new TextDecoder().decode(await readBody(response, { maxBytes: MAX_BYTES, signal })) };
  } catch (error) {
    signal.throwIfAborted();
    const isTooLarge = BodyTooLargeError.is(error);
    const reason = isTooLarge
      ? `Todoist answered with more than ${MAX_BYTES / 1024 / 1024} MiB; so large an account cannot be read.`
      : 'The answer of Todoist broke off.';
    return { ok: false, failure: { ok: false, retry: !isTooLarge, reason } };
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function describe(response: Response, text: string): string {
  if (text.trim() === '') return 'an empty body';
  const type = response.headers.get('content-type')?.split(';')[0];
  return type === 'application/json' ? 'JSON that breaks off' : `${type ?? 'something'} in place of JSON`;
}
