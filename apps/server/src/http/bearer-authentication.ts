import type { Caller } from '../platform/caller.ts';
import { unauthorized } from './mount-endpoint.ts';

const BEARER = /^Bearer +([!-~]+) *$/i;

/**
 * Finds out who a request acts for.
 * @param authorization the header of that name.
 * @returns null without the header.
 * @throws MarfaError `unauthorized` when the header is there but does not hold a live credential: a caller that means to
 *   be somebody is never taken for nobody.
 */
export type Authenticate = (authorization: string | undefined, clientIp: string | null) => Promise<Caller | null>;

/** Reads `Authorization: Bearer <token>` (RFC 6750 section 2.1). */
export function bearerAuthentication(
  resolve: (token: string, clientIp: string | null) => Promise<Caller | null>,
): Authenticate {
  return async (authorization, clientIp) => {
    if (authorization === undefined) return null;
    const token = BEARER.exec(authorization)?.[1];
    const caller = token ? await resolve(token, clientIp) : null;
    if (!caller) throw unauthorized();
    return caller;
  };
}
