import type { Caller } from '../../platform/caller.ts';
import { NULL_SPACE_ID } from '../../platform/database/null-space.ts';
import type { AccountContext } from './account-context.ts';
import type { Client, LiveSession } from './auth-library.ts';

/** A person with a live browser session, and what they may do. */
export interface SignedIn extends LiveSession {
  caller: Caller;
}

export type SignInResult =
  | { ok: true; cookies: string[] }
  /** `unverified` is said after a right password alone. */
  | { ok: false; reason: 'wrong' | 'unverified' }
  /** So many wrong ones that the right one would not be taken either. */
  | { ok: false; reason: 'too_many'; retryAfterSeconds: number };

export interface SignIns {
  signIn(credentials: { email: string; password: string }, client: Client): Promise<SignInResult>;
  signOut(cookie: string | undefined): Promise<string[]>;
  /** @returns who a browser's cookies stand for. */
  signedIn(cookie: string | undefined, clientIp: string | null): Promise<SignedIn | null>;
}

export function createSignIns({ platform, library, people, keys, audit, passwordTries }: AccountContext): SignIns {
  const { database } = platform;

  /** People who signed up while they had to confirm their address have no space until they did, or need not any more. */
  async function noteSuccess(userId: string, client: Client): Promise<void> {
    const user = await library.findUser({ id: userId });
    if (!user) return;
    await database.write(async (transaction) => {
      const home = await people.settle(transaction, user);
      await audit.record(
        transaction,
        { ...home, clientIp: client.ip },
        { action: 'auth.sign_in.success', resource_type: 'session', resource_id: null },
      );
    });
  }

  return {
    async signIn(credentials, client) {
      const retryAfterSeconds = await passwordTries.take(credentials.email);
      if (retryAfterSeconds > 0) return { ok: false, reason: 'too_many', retryAfterSeconds };
      const result = await library.signIn(credentials, client);
      if (result.ok || result.reason === 'unverified') await passwordTries.forgive(credentials.email);
      if (result.ok) {
        await noteSuccess(result.userId, client);
        return result;
      }
      await database.write((transaction) =>
        audit.record(
          transaction,
          { keyId: null, spaceId: NULL_SPACE_ID, clientIp: client.ip },
          { action: 'auth.sign_in.failed', resource_type: 'session', resource_id: null },
        ),
      );
      return result;
    },

    signOut: library.signOut,

    async signedIn(cookie, clientIp) {
      const session = await library.session(cookie);
      if (!session) return null;
      const home = await people.homeOf(session.user.id);
      const caller = home ? await keys.callerOfKey(home.keyId, clientIp) : null;
      return caller ? { ...session, caller } : null;
    },
  };
}
