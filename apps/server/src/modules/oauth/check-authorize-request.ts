import { ProtocolError, type ProtocolErrorCode } from '../../http/protocol-error.ts';
import { type Parameters, readParameters, refuseFaults } from '../../http/protocol-parameters.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { findClient, type OAuthClient } from './clients-store.ts';
import { isOwnResource } from './issuer.ts';
import { judgeScopes } from './judge-scopes.ts';
import { isRegisteredRedirect } from './redirect-uri.ts';

/** An authorization request that can be put to a person. */
export interface AuthorizeRequest {
  client: OAuthClient;
  redirectUri: string;
  scopes: string[];
  state: string | undefined;
  prompts: ReadonlySet<string>;
  maxAgeSeconds: number | null;
  /** Everything that the provider is asked with: nothing that was not looked at. */
  parameters: Record<string, string>;
}

/**
 * What becomes of a request: it is fine; or its client is told by a redirect; or, where nobody knows whether the address is
 * the client's, the person is told on a page (RFC 6749 section 4.1.2.1).
 */
export type Judgement =
  | { kind: 'fine'; request: AuthorizeRequest }
  | { kind: 'page'; message: string }
  | { kind: 'redirect'; to: URL };

const CHALLENGE = /^[A-Za-z0-9_-]{43}$/;

export async function checkAuthorizeRequest(
  query: string,
  { read, issuer }: { read: Queryable; issuer: string },
): Promise<Judgement> {
  const { parameters, faults } = readParameters(query);
  const isFaulty = (name: string) => faults.some((fault) => fault.name === name);
  const { client_id: clientId, redirect_uri: redirectUri } = parameters;
  if (clientId === undefined || isFaulty('client_id')) return page('The app did not say who it is (client_id).');
  const client = await findClient(read, clientId);
  if (client === null) return page('This server knows no app with this client_id. It may have been removed.');
  if (redirectUri === undefined || isFaulty('redirect_uri'))
    return page('The app did not say where to send you back to (redirect_uri).');
  if (!isRegisteredRedirect(client.redirectUris, redirectUri))
    return page(
      'The app wants to send you to an address that it did not register (redirect_uri). You were not sent there.',
    );

  const state = isFaulty('state') ? undefined : parameters.state;
  try {
    refuseFaults(faults);
    return { kind: 'fine', request: readRequest(parameters, { client, redirectUri, issuer }) };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return {
      kind: 'redirect',
      to: errorRedirect({ redirectUri, state, issuer }, error.code, error.message),
    };
  }
}

function readRequest(
  parameters: Parameters,
  { client, redirectUri, issuer }: { client: OAuthClient; redirectUri: string; issuer: string },
): AuthorizeRequest {
  const { state, nonce, code_challenge: challenge, code_challenge_method: method } = parameters;
  if (parameters.request !== undefined) refuse('request_not_supported', 'request objects are not supported');
  if (parameters.request_uri !== undefined) refuse('request_uri_not_supported', 'request_uri is not supported');
  if (parameters.response_type === undefined) refuse('invalid_request', 'response_type is missing');
  if (parameters.response_type !== 'code') refuse('unsupported_response_type', 'response_type must be code');
  if (parameters.response_mode !== undefined && parameters.response_mode !== 'query')
    refuse('invalid_request', 'response_mode must be query');
  if (!client.grantTypes.includes('authorization_code'))
    refuse('unauthorized_client', 'this client did not register for authorization_code');
  if (challenge === undefined) refuse('invalid_request', 'code_challenge is missing: PKCE is for all clients');
  if (method !== 'S256') refuse('invalid_request', 'code_challenge_method must be S256');
  if (!CHALLENGE.test(challenge)) refuse('invalid_request', 'code_challenge must be 43 characters of base64url');
  if (parameters.resource !== undefined && !isOwnResource(parameters.resource, issuer))
    refuse('invalid_target', 'resource is not an address of this server');
  const scopes = judgeScopes(parameters.scope, client);
  const prompts = new Set((parameters.prompt ?? '').split(' ').filter((prompt) => prompt !== ''));
  if (prompts.has('none') && prompts.size > 1) refuse('invalid_request', 'prompt none stands alone');
  const { max_age: maxAge } = parameters;
  if (maxAge !== undefined && !/^\d{1,9}$/.test(maxAge))
    refuse('invalid_request', 'max_age must be a number of seconds');
  return {
    client,
    redirectUri,
    scopes,
    state,
    prompts,
    maxAgeSeconds: maxAge === undefined ? null : Number(maxAge),
    parameters: {
      client_id: client.clientId,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: scopes.join(' '),
      ...(state === undefined ? {} : { state }),
      ...(nonce === undefined ? {} : { nonce }),
      code_challenge: challenge,
      code_challenge_method: 'S256',
    },
  };
}

function refuse(code: ProtocolErrorCode, description: string): never {
  throw new ProtocolError(code, description);
}

function page(message: string): Judgement {
  return { kind: 'page', message };
}

/** The address by which a client learns that its request failed, with the issuer (RFC 9207). */
export function errorRedirect(
  { redirectUri, state, issuer }: { redirectUri: string; state: string | undefined; issuer: string },
  code: ProtocolErrorCode,
  description: string,
): URL {
  const to = new URL(redirectUri);
  to.searchParams.set('error', code);
  to.searchParams.set('error_description', description);
  if (state !== undefined) to.searchParams.set('state', state);
  to.searchParams.set('iss', issuer);
  return to;
}
