import { createHmac } from 'node:crypto';
import type { Secret } from './secret.ts';

/** What is kept of keys, tokens, codes and client secrets: HMAC-SHA256 under the server's salt, base64url. */
export type TokenHash = (token: string) => string;

export function createTokenHash(salt: Secret): TokenHash {
  return (token) => createHmac('sha256', salt.reveal()).update(token).digest('base64url');
}
