import { z } from 'zod';
import type { AccountContext } from './account-context.ts';
import { ACCOUNT_FIELDS, readFields } from './account-fields.ts';
import { resetMail } from './account-mails.ts';
import type { Client } from './auth-library.ts';
import type { PostRoom } from './post-room.ts';

const NewPasswordSchema = z.strictObject({ password: ACCOUNT_FIELDS.password });

export interface PasswordResets {
  /** Whether mail can be sent at all. */
  readonly canSendMail: boolean;
  /** Sends a link if there is an account with the address; always answers the same, before it has looked. */
  requestReset(email: string, client: Client): void;
  isResetLink(token: string): Promise<boolean>;
  /**
   * Sets a new password and ends all sessions of the person.
   * @returns false when the link is not good any more.
   * @throws MarfaError `validation_error` for a password that cannot be one; the link stays good.
   */
  resetPassword(token: string, password: string, client: Client): Promise<boolean>;
}

export function createPasswordResets(context: AccountContext, postRoom: PostRoom): PasswordResets {
  const { platform, library, people, audit, publicUrl, passwordTries } = context;
  const { database } = platform;

  async function note(userId: string, client: Client, action: string): Promise<void> {
    const actor = await people.actorOf(userId, client.ip);
    await database.write((transaction) =>
      audit.record(transaction, actor, { action, resource_type: 'user', resource_id: userId }),
    );
  }

  return {
    canSendMail: postRoom.isConfigured,

    requestReset(email, client) {
      postRoom.post(email, async () => {
        const user = await library.findUser({ email });
        if (!user) return null;
        await note(user.id, client, 'auth.password_reset.requested');
        const token = await library.issueLink('reset-password', user.id);
        return resetMail(user.email, `${publicUrl()}/auth/reset-password?token=${token}`);
      });
    },

    async isResetLink(token) {
      return (await library.readLink('reset-password', token)) !== null;
    },

    async resetPassword(token, password, client) {
      const fields = readFields(NewPasswordSchema, { password });
      const userId = await library.resetPassword(token, fields.password);
      const user = userId && (await library.findUser({ id: userId }));
      if (!userId || !user) return false;
      // The link has been read in the mailbox: that confirms the address too.
      if (!user.emailVerified) {
        await database.writeTogether(async (transaction) => {
          await library.confirmUser(user.id);
          await people.settle(transaction, user);
        });
      }
      await note(userId, client, 'auth.password_reset.completed');
      await passwordTries.forgive(user.email);
      return true;
    },
  };
}
