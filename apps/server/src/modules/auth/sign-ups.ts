import { isReservedHandle } from '@withmarfa/shared';
import { z } from 'zod';
import { isUniqueViolation } from '../../platform/database/storage-fault.ts';
import type { AccountContext } from './account-context.ts';
import { ACCOUNT_FIELDS, fieldFault, readFields } from './account-fields.ts';
import { alreadyHereMail, confirmMail } from './account-mails.ts';
import type { AuthUser, Client } from './auth-library.ts';
import type { PostRoom } from './post-room.ts';

const SignUpSchema = z.strictObject(ACCOUNT_FIELDS);
type SignUp = z.output<typeof SignUpSchema>;

/** What a confirmation link brings about. */
const LinkSchema = z.object({
  userId: z.string(),
  /** What was typed when the link was asked for: of two who sign up with one address, the one who reads its mail wins. */
  typed: z.object({ name: z.string(), handle: z.string(), passwordHash: z.string() }).optional(),
  returnTo: z.string().default('/'),
});
type Link = z.input<typeof LinkSchema>;

export interface SignUps {
  /** Whether there is a page for it. */
  readonly isOpen: boolean;
  /**
   * Makes an account. Where the address has to be confirmed, nobody learns here whether there was one already: the
   * answer is the same, and a mail tells the reader of the address.
   * @returns cookies of a session, or null when a mail has been sent.
   * @throws MarfaError `validation_error` or `handle_reserved` with every fault.
   */
  signUp(input: unknown, client: Client, returnTo: string): Promise<string[] | null>;
  isConfirmationLink(token: string): Promise<boolean>;
  /** @returns cookies of a session and where to go, or null when the link is not good any more. */
  confirmEmail(token: string, client: Client): Promise<{ cookies: string[]; returnTo: string } | null>;
  /** Sends another link if the address waits for one; always answers the same. */
  resendConfirmation(email: string): void;
}

export function createSignUps(context: AccountContext, postRoom: PostRoom): SignUps {
  const { platform, library, people, audit, publicUrl, mustVerifyEmail } = context;
  const { database } = platform;

  async function confirmation(user: AuthUser, link: Omit<Link, 'userId'>) {
    const token = await library.issueLink('verify-email', JSON.stringify({ ...link, userId: user.id }));
    return confirmMail(user.email, `${publicUrl()}/auth/verify-email?token=${token}`);
  }

  async function findOrMake(
    { name, handle, email }: SignUp,
    passwordHash: string,
    client: Client,
  ): Promise<{ user: AuthUser; isNew: boolean }> {
    const attempt = () =>
      database.writeTogether(async (transaction) => {
        const existing = await library.findUser({ email });
        if (existing) return { user: existing, isNew: false };
        const user = await library.createUser({ name, email, passwordHash, isVerified: false });
        if (mustVerifyEmail) await people.wantHandle(transaction, user.id, handle);
        else await people.settle(transaction, user, handle);
        await audit.record(transaction, await people.actorOf(user.id, client.ip), {
          action: 'auth.sign_up',
          resource_type: 'user',
          resource_id: user.id,
        });
        return { user, isNew: true };
      });
    try {
      return await attempt();
    } catch (error) {
      // Somebody made it at the same moment: now it is found.
      if (!isUniqueViolation(error)) throw error;
      return await attempt();
    }
  }

  return {
    isOpen: context.signUp,

    async signUp(input, client, returnTo) {
      const fields = readFields(SignUpSchema, input);
      if (isReservedHandle(fields.handle))
        throw fieldFault('handle', 'This handle is reserved; choose another.', 'handle_reserved');
      if (await people.isHandleTaken(fields.handle))
        throw fieldFault('handle', 'This handle is taken; choose another.');
      // Before anything is looked up: what takes time here takes it whether or not there is an account.
      const passwordHash = await library.hashPassword(fields.password);
      const { user, isNew } = await findOrMake(fields, passwordHash, client);
      const { name, handle } = fields;
      if (mustVerifyEmail) {
        postRoom.post(user.email, async () =>
          user.emailVerified
            ? alreadyHereMail(user.email, publicUrl())
            : await confirmation(user, { typed: { name, handle, passwordHash }, returnTo }),
        );
        return null;
      }
      // Whoever is signed in at once learns by it that the address was free, so that it is not can be told as well.
      if (!isNew) throw fieldFault('email', 'There is an account with this address already. Sign in instead.');
      if (postRoom.isConfigured) postRoom.post(user.email, () => confirmation(user, { returnTo }));
      return await library.signInAs(user.id, client);
    },

    async isConfirmationLink(token) {
      return (await library.readLink('verify-email', token)) !== null;
    },

    async confirmEmail(token, client) {
      const link = await database.writeTogether(async (transaction) => {
        const value = await library.takeLink('verify-email', token);
        const taken = value === null ? null : LinkSchema.parse(JSON.parse(value));
        const user = taken && (await library.findUser({ id: taken.userId }));
        // Of several links, the first one used counts: a later one would change a password that is in use.
        if (!taken || !user || user.emailVerified) return null;
        const { typed } = taken;
        await library.confirmUser(user.id, typed);
        const home = await people.settle(transaction, { ...user, name: typed?.name ?? user.name }, typed?.handle);
        await audit.record(
          transaction,
          { ...home, clientIp: client.ip },
          { action: 'auth.email.verified', resource_type: 'user', resource_id: user.id },
        );
        return taken;
      });
      if (!link) return null;
      return { cookies: await library.signInAs(link.userId, client), returnTo: link.returnTo };
    },

    resendConfirmation(email) {
      if (!postRoom.isConfigured) return;
      postRoom.post(email, async () => {
        const user = await library.findUser({ email });
        return user && !user.emailVerified ? await confirmation(user, {}) : null;
      });
    },
  };
}
