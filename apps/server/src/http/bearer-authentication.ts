import type { Caller } from '../platform/caller.ts';
import { type Authenticate, unauthorized } from './mount-endpoint.ts';

const BEARER = /^Bearer +([!-~]+) *$/i;

/**
 * Reads `Authorization: Bearer <token>` (RFC 6750 section 2.1).
 * @returns a function that answers null without the header and throws `unauthorized` when the header is there but does
 *   not hold a live credential: a caller that means to be somebody is never taken for nobody.
 */
export function bearerAuthentication(
  resolve: (token: string, clientIp: string | null) => Promise<Caller | null>,
): Authenticate {
  return async (request) => {
    const header = request.get('authorization');
    if (header === undefined) return null;
    const token = BEARER.exec(header)?.[1];
    const caller = token ? await resolve(token, request.ip ?? null) : null;
    if (!caller) throw unauthorized();
    return caller;
  };
}
