import { z } from 'zod';
import type { AccountContext } from './account-context.ts';
import { ACCOUNT_FIELDS, fieldFault, readFields } from './account-fields.ts';
import type { Client } from './auth-library.ts';
import { deviceHint } from './device-hint.ts';
import type { SignedIn } from './sign-ins.ts';

const ChangeSchema = z.strictObject({
  current_password: z.string().max(1000, 'This is not your password.'),
  new_password: ACCOUNT_FIELDS.password,
});

/** A browser in which a person is signed in, as it is shown to them. */
export interface BrowserSession {
  id: string;
  created_at: string;
  last_active_at: string;
  ip: string | null;
  user_agent: string | null;
  device_hint: string;
  /** Whether it is the one that asks. */
  current: boolean;
}

export interface BrowserSessions {
  /** The one last used comes first. */
  listSessions(who: SignedIn): Promise<BrowserSession[]>;
  endSession(who: SignedIn, id: string): Promise<'session_revoked' | 'session_not_found' | 'cannot_revoke_current'>;
  endAllSessions(who: SignedIn): Promise<void>;
  /**
   * Ends every session of the person but a fresh one for this browser.
   * @returns its cookies, or the seconds to wait after too many wrong passwords.
   * @throws MarfaError `validation_error`, also when the current password is wrong.
   */
  changePassword(
    who: SignedIn,
    input: unknown,
    browser: { cookie: string; client: Client },
  ): Promise<{ cookies: string[] } | { retryAfterSeconds: number }>;
}

export function createBrowserSessions({ platform, library, audit, passwordTries }: AccountContext): BrowserSessions {
  const { database } = platform;
  const note = ({ caller }: SignedIn, action: string, id: string | null, details = {}) =>
    database.write((transaction) =>
      audit.record(transaction, caller, { action, resource_type: 'session', resource_id: id, details }),
    );

  return {
    async listSessions({ user, sessionId }) {
      const rows = await library.listSessions(user.id);
      return rows
        .sort((one, other) => other.lastActiveAt.getTime() - one.lastActiveAt.getTime())
        .map(({ id, createdAt, lastActiveAt, ip, userAgent }) => ({
          id,
          created_at: createdAt.toISOString(),
          last_active_at: lastActiveAt.toISOString(),
          ip,
          user_agent: userAgent,
          device_hint: deviceHint(userAgent),
          current: id === sessionId,
        }));
    },

    async endSession(who, id) {
      if (id === who.sessionId) return 'cannot_revoke_current';
      if (!(await library.endSession(who.user.id, id))) return 'session_not_found';
      await note(who, 'auth.session.revoked', id);
      return 'session_revoked';
    },

    async endAllSessions(who) {
      await library.endSessions(who.user.id);
      await note(who, 'auth.session.revoked', null, { all: true });
    },

    async changePassword(who, input, { cookie, client }) {
      const { current_password, new_password } = readFields(ChangeSchema, input);
      // A browser left open is no place to guess the password from.
      const retryAfterSeconds = await passwordTries.take(who.user.email);
      if (retryAfterSeconds > 0) return { retryAfterSeconds };
      const cookies = await library.changePassword(cookie, { current: current_password, next: new_password }, client);
      if (!cookies) throw fieldFault('current_password', 'This is not your password.');
      await passwordTries.forgive(who.user.email);
      await note(who, 'auth.account.password_changed', null);
      return { cookies };
    },
  };
}
