import { randomBytes } from 'node:crypto';
import { MarfaError } from '@withmarfa/shared';
import { z } from 'zod';
import { isSameText } from '../../platform/is-same-text.ts';
import type { AccountContext } from './account-context.ts';
import { ACCOUNT_FIELDS, readFields } from './account-fields.ts';
import type { Client } from './auth-library.ts';

const OWNER = 'owner_user_id';

const { name, email, password } = ACCOUNT_FIELDS;
const OwnerSchema = z.strictObject({ name, email, password });

export interface OwnerSetup {
  hasOwner(): Promise<boolean>;
  /** The one-time link for making the owner; null when there is one. */
  setupLink(): Promise<string | null>;
  /** Whether a token is the one of this start's link, and nobody has used it. */
  isSetupToken(token: string): boolean;
  /**
   * Makes the owner: an account, a key of its own that stamps what the owner writes, and the end of bootstrap mode.
   * @returns the cookies of a session.
   * @throws MarfaError `validation_error` with every fault, `forbidden` when the link has been used.
   */
  createOwner(token: string, input: unknown, client: Client): Promise<string[]>;
}

/** The first person of a server, who comes by the link that it prints. */
export function createOwnerSetup({ platform, library, people, keys, audit, publicUrl }: AccountContext): OwnerSetup {
  const { database } = platform;
  // Held in memory alone: a link from an earlier start, or from a log of it, opens nothing.
  let setupToken: string | null = randomBytes(32).toString('base64url');

  async function hasOwner(): Promise<boolean> {
    const row = await database.read.selectFrom('settings').select('value').where('key', '=', OWNER).executeTakeFirst();
    return row !== undefined;
  }

  function isSetupToken(token: string): boolean {
    return setupToken !== null && isSameText(token, setupToken);
  }

  async function makeOwner(input: z.output<typeof OwnerSchema>, client: Client): Promise<string> {
    const passwordHash = await library.hashPassword(input.password);
    return await database.writeTogether(async (transaction) => {
      // Whoever holds the printed link runs the server; there is no address to doubt.
      const user = await library.createUser({ ...input, passwordHash, isVerified: true });
      const claim = await transaction
        .insertInto('settings')
        .values({ key: OWNER, value: user.id })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      if ((claim.numInsertedOrUpdatedRows ?? 0n) === 0n) throw linkUsed();
      await keys.closeBootstrap(transaction, 'owner');
      const home = await people.settleOwner(transaction, user);
      await audit.record(
        transaction,
        { ...home, clientIp: client.ip },
        { action: 'auth.sign_up', resource_type: 'user', resource_id: user.id, details: { owner: true } },
      );
      return user.id;
    });
  }

  return {
    hasOwner,
    isSetupToken,

    async setupLink() {
      if (setupToken === null || (await hasOwner())) return null;
      return `${publicUrl()}/setup?token=${setupToken}`;
    },

    async createOwner(token, input, client) {
      if (!isSetupToken(token)) throw linkUsed();
      const fields = readFields(OwnerSchema, input);
      // Taken in the same step as it was checked: of two forms sent at once, one finds the link used.
      const taken = setupToken;
      setupToken = null;
      try {
        if (await hasOwner()) throw linkUsed();
        return await library.signInAs(await makeOwner(fields, client), client);
      } catch (error) {
        // Nothing was made: the link stays good.
        if (!(await hasOwner())) setupToken = taken;
        throw error;
      }
    },
  };
}

function linkUsed(): MarfaError {
  return new MarfaError(
    'forbidden',
    'This link has been used or has ended. Restart the server to get another one, or sign in.',
  );
}
