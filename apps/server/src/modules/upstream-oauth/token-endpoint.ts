import { EgressRefusedError } from '@withmarfa/runtime-sdk/host';
import { z } from 'zod';
import { readText } from '../../platform/read-text.ts';
import type { Secret } from '../../platform/secret.ts';
import type { OAuthCredential } from '../credentials/index.ts';
import { type GrantedTokens, readTokenAnswer } from './token-answer.ts';

/** How long a token endpoint may take, in milliseconds. */
export const TOKEN_CALL_TIMEOUT_MS = 15_000;
const MAX_ANSWER_BYTES = 262_144;

/** What tokens are asked for with. */
export type TokenGrant =
  | { grant_type: 'authorization_code'; code: string; redirect_uri: string; code_verifier: string }
  | { grant_type: 'refresh_token'; refresh_token: string };

/** How a call to a token endpoint ended. */
export type TokenOutcome =
  | { kind: 'granted'; tokens: GrantedTokens; authMethod: 'post' | 'basic' }
  /** The upstream says no, and will say no again. */
  | { kind: 'refused'; reason: string; explanation: string }
  /** Nothing happened; it may work later. */
  | { kind: 'transient'; reason: string; retryAfterMs: number | null }
  /** The upstream may have acted on it, and its answer was lost or makes no sense. */
  | { kind: 'ambiguous'; reason: string };

export interface TokenClient {
  credential: OAuthCredential;
  secret: Secret;
}

const ErrorSchema = z.looseObject({ error: z.string(), error_description: z.string().optional().catch(undefined) });
/** Errors that a later call may not meet. */
const PASSING = new Set(['temporarily_unavailable', 'server_error', 'slow_down', 'rate_limited', 'too_many_requests']);

/**
 * Asks a token endpoint for tokens. The client authenticates in the body first and by Basic when that is refused, as
 * upstreams take one or the other; `authMethod` says what worked.
 * @see RFC 6749, sections 2.3.1, 4.1.3, 5 and 6
 */
export async function requestTokens(
  { credential, secret }: TokenClient,
  grant: TokenGrant,
  { fetch }: { fetch: typeof globalThis.fetch },
): Promise<TokenOutcome> {
  const methods = credential.authMethod === null ? (['post', 'basic'] as const) : [credential.authMethod];
  let outcome: TokenOutcome = { kind: 'transient', reason: 'not_asked', retryAfterMs: null };
  for (const method of methods) {
    outcome = await ask({ credential, secret }, grant, { fetch, method });
    if (outcome.kind !== 'refused' || outcome.reason !== 'invalid_client') return outcome;
  }
  return outcome;
}

async function ask(
  { credential, secret }: TokenClient,
  grant: TokenGrant,
  { fetch, method }: { fetch: typeof globalThis.fetch; method: 'post' | 'basic' },
): Promise<TokenOutcome> {
  const { client_id, token_url } = credential.config;
  const form = new URLSearchParams({ ...grant });
  const headers: Record<string, string> = {
    accept: 'application/json',
    'content-type': 'application/x-www-form-urlencoded',
  };
  if (method === 'post') {
    form.set('client_id', client_id);
    form.set('client_secret', secret.reveal());
  } else {
    headers.authorization = `Basic ${Buffer.from(`${formEncoded(client_id)}:${formEncoded(secret.reveal())}`).toString('base64')}`;
  }
  let status: number;
  let text: string;
  let retryAfter: string | null;
  try {
    const response = await fetch(token_url, {
      method: 'POST',
      headers,
      body: form.toString(),
      redirect: 'manual',
      signal: AbortSignal.timeout(TOKEN_CALL_TIMEOUT_MS),
    });
    status = response.status;
    retryAfter = response.headers.get('retry-after');
    text = await readText(response, MAX_ANSWER_BYTES);
  } catch (error) {
    return wasNeverSent(error)
      ? {
          kind: 'transient',
          reason: EgressRefusedError.is(error) ? 'address_refused' : 'unreachable',
          retryAfterMs: null,
        }
      : { kind: 'ambiguous', reason: 'answer_lost' };
  }
  return judge({ status, text, retryAfterMs: readRetryAfter(retryAfter) }, method);
}

function judge(
  { status, text, retryAfterMs }: { status: number; text: string; retryAfterMs: number | null },
  method: 'post' | 'basic',
): TokenOutcome {
  const body = parse(text);
  const told = ErrorSchema.safeParse(body).data;
  if (status === 429 || status === 408 || status >= 500 || (told && PASSING.has(told.error)))
    return { kind: 'transient', reason: told ? shortWord(told.error) : `http_${status}`, retryAfterMs };
  // Some upstreams tell errors with status 200.
  if (told) {
    const reason = status === 401 && told.error !== 'invalid_grant' ? 'invalid_client' : shortWord(told.error);
    return { kind: 'refused', reason, explanation: explain(reason) };
  }
  if (status >= 200 && status < 300) {
    const tokens = readTokenAnswer(body);
    return tokens ? { kind: 'granted', tokens, authMethod: method } : { kind: 'ambiguous', reason: 'unusable_answer' };
  }
  if (status === 401) return { kind: 'refused', reason: 'invalid_client', explanation: explain('invalid_client') };
  return { kind: 'transient', reason: `http_${status}`, retryAfterMs };
}

/** What an upstream says is shown by its code alone: its prose may hold anything. */
function explain(reason: string): string {
  switch (reason) {
    case 'invalid_grant':
      return 'The upstream no longer accepts this grant: it was revoked, has expired, or was used elsewhere.';
    case 'invalid_client':
    case 'unauthorized_client':
      return 'The upstream does not accept the client id and secret of this credential.';
    default:
      return `The upstream refused with ${reason}.`;
  }
}

function shortWord(text: string): string {
  const word = text.toLowerCase().replaceAll(/[^a-z0-9_.-]+/g, '_');
  return word.slice(0, 64) || 'error';
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** As `application/x-www-form-urlencoded` has it (RFC 6749, section 2.3.1). */
function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}

function readRetryAfter(header: string | null): number | null {
  if (header === null) return null;
  const text = header.trim();
  const ms = /^\d{1,6}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}

const BEFORE_SENDING = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'ERR_INVALID_URL',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** @returns whether a fault shows that the upstream never saw the request. */
function wasNeverSent(error: unknown): boolean {
  if (EgressRefusedError.is(error)) return true;
  for (let fault: unknown = error; fault instanceof Error; fault = fault.cause) {
    if ('code' in fault && typeof fault.code === 'string' && BEFORE_SENDING.has(fault.code)) return true;
    if (fault instanceof AggregateError && fault.errors.length > 0 && fault.errors.every(wasNeverSent)) return true;
  }
  return false;
}
