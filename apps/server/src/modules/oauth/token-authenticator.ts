import { MarfaError, PERSONAL_CYCLE, projectScopes, recognizeToken } from '@withmarfa/shared';
import { APP_SOURCE_PREFIX } from '../../platform/app-source.ts';
import type { Caller } from '../../platform/caller.ts';
import type { Transaction } from '../../platform/database/database.ts';
import type { Platform } from '../../platform/platform.ts';
import { mergeSystemItem } from '../../platform/system-items.ts';
import { createTokenHash } from '../../platform/token-hash.ts';
import { type ActingToken, findActingToken } from './tokens-store.ts';

/** When a grant was last used is written at most this often. */
const LAST_USED_EVERY_MS = 30_000;

/** An access token with what it lets its bearer do. */
interface ActingBearer {
  token: ActingToken;
  caller: Omit<Caller, 'clientIp'>;
}

export interface TokenAuthenticator {
  /**
   * @returns whom an access token acts for; null when it is malformed, unknown or revoked.
   * @throws MarfaError `expired_token`
   */
  authenticate(token: string, clientIp: string | null): Promise<Caller | null>;
  /** @returns the live token behind a bearer, or null. */
  find(token: string): Promise<ActingToken | null>;
  /** As `authenticate`, for a caller that was found before and may be gone by now. */
  reauthenticate(caller: Caller): Promise<Caller | null>;
  /** To be called in every transaction after which a token may do less than before. */
  forgetAll(transaction: Transaction): void;
}

/**
 * Finds out whom an access token stands for, by one query of ours; the library is not asked. A token does what its
 * scopes say, as far as its grant still does: what a person took back at the next consent is gone from older tokens too.
 */
export function createTokenAuthenticator(platform: Platform): TokenAuthenticator {
  const { database, now, apiKeySalt, actingKeys, logger } = platform;
  const hash = createTokenHash(apiKeySalt);
  const acting = actingKeys.beside<ActingBearer>();

  async function read(hashed: string): Promise<ActingBearer | undefined> {
    const token = await findActingToken(database.read, hashed);
    return token ? { token, caller: toCaller(token, hashed) } : undefined;
  }

  function noteUse({ token: { grant } }: ActingBearer): void {
    if (grant === null) return;
    const at = now();
    if (grant.lastUsedAt && at.getTime() - Date.parse(grant.lastUsedAt) < LAST_USED_EVERY_MS) return;
    grant.lastUsedAt = at.toISOString();
    const used = { last_used_at: grant.lastUsedAt };
    database
      .write(async (transaction) => {
        await transaction.updateTable('app_grants').set(used).where('id', '=', grant.id).execute();
        await mergeSystemItem(transaction, grant.spaceId, grant.id, used);
      })
      .catch((error: unknown) =>
        logger.warn({ error, grant_id: grant.id }, 'the last use of a grant could not be noted'),
      );
  }

  async function live(hashed: string): Promise<ActingBearer | null> {
    return (await acting.get(hashed, () => read(hashed))) ?? null;
  }
  const isExpired = ({ token }: ActingBearer) => token.expiresAtMs <= now().getTime();

  return {
    async authenticate(token, clientIp) {
      if (recognizeToken(token) !== 'accessToken') return null;
      const found = await live(hash(token));
      if (!found) return null;
      if (isExpired(found))
        throw new MarfaError('expired_token', 'This access token has expired; use the refresh token.');
      noteUse(found);
      return { ...found.caller, clientIp };
    },

    async find(token) {
      if (recognizeToken(token) !== 'accessToken') return null;
      const found = await live(hash(token));
      return found && !isExpired(found) ? found.token : null;
    },

    async reauthenticate({ tokenHash, clientIp }) {
      const found = tokenHash === undefined ? null : await live(tokenHash);
      return found && !isExpired(found) ? { ...found.caller, clientIp } : null;
    },

    forgetAll: acting.forgetAll,
  };
}

/** @returns what of a token's scopes its grant still holds; all of them where there is no grant. */
export function liveScopes({ scopes, grant }: { scopes: string[]; grant: { scopes: string[] } | null }): string[] {
  return grant === null ? scopes : scopes.filter((scope) => grant.scopes.includes(scope));
}

function toCaller(token: ActingToken, tokenHash: string): Omit<Caller, 'clientIp'> {
  const { grant } = token;
  const extensions = JSON.parse(token.extensionPermissions) as Caller['extension_permissions'];
  const { claims: _claims, unknown: _unknown, ...maps } = projectScopes(liveScopes(token), extensions);
  return {
    // Stable over all tokens of a grant: what is counted, repeated and audited by it goes on after a refresh.
    keyId: grant?.id ?? token.clientId,
    tokenHash,
    userId: token.userId,
    spaceId: grant?.spaceId ?? token.clientSpaceId,
    spaceRevision: token.spaceRevision,
    role: 'member',
    source: grant?.source ?? sourceOf(token.clientId),
    defaultTier: 'library',
    isPlatform: false,
    connectionId: null,
    cycle: PERSONAL_CYCLE,
    ...maps,
  };
}

/** What is stamped on everything that an app writes in one space. */
export function sourceOf(clientId: string): string {
  return `${APP_SOURCE_PREFIX}${clientId}`;
}
