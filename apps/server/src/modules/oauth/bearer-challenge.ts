import type { IncomingMessage } from 'node:http';

/**
 * What the API tells somebody whose credential is missing or not good, so that a client that has never heard of this server
 * finds out where to sign in.
 * @see RFC 6750 section 3; RFC 9728 section 5.1
 */
export function bearerChallenge({ headers }: IncomingMessage, issuer: string): string {
  const fault = headers.authorization === undefined ? '' : ', error="invalid_token"';
  return `Bearer realm="marfa"${fault}, resource_metadata="${issuer}/.well-known/oauth-protected-resource"`;
}
