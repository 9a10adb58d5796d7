import { coversScope, parseScope } from '@withmarfa/shared';
import { ProtocolError } from '../../http/protocol-error.ts';
import { printable } from '../../http/protocol-parameters.ts';
import { scopesOf } from './client-metadata.ts';
import type { OAuthClient } from './clients-store.ts';

/** More than a person can read on one page is asked for in patterns. */
const MAX_SCOPES = 100;

/**
 * Judges what a client asks for: by the grammar, and by the limit that an operator set for it.
 * @throws ProtocolError `invalid_scope` naming each that cannot be had.
 */
export function judgeScopes(scope: string | undefined, client: OAuthClient): string[] {
  const asked = scopesOf(scope ?? '');
  if (asked.length === 0) throw new ProtocolError('invalid_scope', 'scope is missing: name at least one');
  if (asked.length > MAX_SCOPES) throw new ProtocolError('invalid_scope', `scope names more than ${MAX_SCOPES}`);
  const unknown = asked.filter((each) => parseScope(each) === null);
  if (unknown.length > 0) {
    throw new ProtocolError('invalid_scope', `not of the scope grammar: ${printable(unknown.join(' '))}`);
  }
  const ceiling = client.origin === 'admin' && client.scope !== null ? scopesOf(client.scope) : null;
  const beyond = asked.filter(
    (each) => ceiling && each !== 'offline_access' && !ceiling.some((held) => coversScope(held, each)),
  );
  if (beyond.length > 0) {
    throw new ProtocolError('invalid_scope', `not among the scopes of this client: ${printable(beyond.join(' '))}`);
  }
  return asked;
}

/**
 * What the library is asked for: the seed promises a refresh token with every grant, and the library gives one for
 * `offline_access` alone. A person who was asked about it and said no gets an app that is signed in for an hour.
 */
export function withRefresh(granted: readonly string[], asked: readonly string[]): string[] {
  const declined = asked.includes('offline_access') && !granted.includes('offline_access');
  return declined ? [...granted] : [...new Set([...granted, 'offline_access'])];
}
