import { randomBytes, timingSafeEqual } from 'node:crypto';
import { MarfaError, toIssues } from '@withmarfa/shared';
import { z } from 'zod';
import type { Caller } from '../../platform/caller.ts';
import { NULL_SPACE_ID } from '../../platform/database/null-space.ts';
import type { Platform } from '../../platform/platform.ts';
import type { AuditService } from '../audit/index.ts';
import type { KeysService } from '../keys/index.ts';
import { type AuthLibrary, type AuthUser, type LiveSession, PASSWORD_LENGTH } from './better-auth.ts';

const OWNER = 'owner_user_id';

const OwnerSchema = z.strictObject({
  name: z.string().trim().min(1, 'Tell us what to call you.').max(200, 'At most 200 characters.'),
  email: z.email('Give a full e-mail address, such as ada@example.org.').max(320, 'At most 320 characters.'),
  password: z
    .string()
    .min(PASSWORD_LENGTH.min, `Choose at least ${PASSWORD_LENGTH.min} characters; a few words are good.`)
    .max(PASSWORD_LENGTH.max, `At most ${PASSWORD_LENGTH.max} characters.`),
});

/** A person with a live browser session, and what they may do. */
export interface SignedIn extends LiveSession {
  caller: Caller;
}

interface Client {
  ip: string | null;
  userAgent: string | undefined;
}

export interface Accounts {
  hasOwner(): Promise<boolean>;
  /** The one-time link for making the owner; null when there is one. */
  setupLink(baseUrl: string): Promise<string | null>;
  /** Whether a token is the one of this start's link, and nobody has used it. */
  isSetupToken(token: string): boolean;
  /**
   * Makes the owner: an account, a key of its own that stamps what the owner writes, and the end of bootstrap mode.
   * @returns the cookies of a session.
   * @throws MarfaError `validation_error` with every fault, `forbidden` when the link has been used.
   */
  createOwner(token: string, input: unknown, client: Client): Promise<string[]>;
  signIn(credentials: { email: string; password: string }, client: Client): Promise<string[] | null>;
  signOut(cookie: string | undefined): Promise<string[]>;
  /** @returns who a browser's cookies stand for. */
  signedIn(cookie: string | undefined, clientIp: string | null): Promise<SignedIn | null>;
}

export interface AccountsDeps {
  platform: Platform;
  keys: KeysService;
  audit: AuditService;
  library: AuthLibrary;
}

/** The owner and their sessions. The owner acts in the server's own space. */
export function createAccounts({ platform, keys, audit, library }: AccountsDeps): Accounts {
  const { database, now } = platform;
  // Held in memory alone: a link from an earlier start, or from a log of it, opens nothing.
  let setupToken: string | null = randomBytes(32).toString('base64url');

  async function hasOwner(): Promise<boolean> {
    const row = await database.read.selectFrom('settings').select('value').where('key', '=', OWNER).executeTakeFirst();
    return row !== undefined;
  }

  function isSetupToken(token: string): boolean {
    if (setupToken === null) return false;
    const given = Buffer.from(token);
    const wanted = Buffer.from(setupToken);
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  }

  /** What an earlier, interrupted set-up left behind would block its e-mail address for ever. */
  async function removeHalfMadeUsers(): Promise<void> {
    const members = await database.read.selectFrom('space_members').select('user_id').execute();
    const known = new Set(members.map((member) => member.user_id));
    for (const id of await library.listUserIds()) if (!known.has(id)) await library.deleteUser(id);
  }

  async function recordOwner(user: AuthUser, client: Client): Promise<void> {
    await database.write(async (transaction) => {
      const claim = await transaction
        .insertInto('settings')
        .values({ key: OWNER, value: user.id })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      if ((claim.numInsertedOrUpdatedRows ?? 0n) === 0n) throw linkUsed();
      await keys.closeBootstrap(transaction, 'owner');
      const { key } = await keys.createUnchecked(transaction, NULL_SPACE_ID, {
        label: `${user.name} (this page)`.slice(0, 200),
        // Ends in the owner's id, so that no key made before can have taken it.
        source: `owner-${user.id.slice(-8).toLowerCase()}`,
        role: 'admin',
        default_tier: 'library',
        is_platform: false,
        type_permissions: {},
        extension_permissions: {},
        edge_permissions: {},
        metadata_permissions: {},
      });
      await transaction
        .insertInto('space_members')
        .values({ user_id: user.id, space_id: NULL_SPACE_ID, key_id: key.id, created_at: now().toISOString() })
        .execute();
      await audit.record(
        transaction,
        { keyId: key.id, spaceId: NULL_SPACE_ID, clientIp: client.ip },
        { action: 'auth.sign_up', resource_type: 'user', resource_id: user.id, details: { owner: true } },
      );
    });
  }

  async function signIn(credentials: { email: string; password: string }, client: Client): Promise<string[] | null> {
    const cookies = await library.signIn(credentials, client);
    await database.write((transaction) =>
      audit.record(
        transaction,
        { keyId: null, spaceId: NULL_SPACE_ID, clientIp: client.ip },
        {
          action: cookies ? 'auth.sign_in.success' : 'auth.sign_in.failed',
          resource_type: 'session',
          resource_id: null,
        },
      ),
    );
    return cookies;
  }

  return {
    hasOwner,
    isSetupToken,
    signIn,

    async setupLink(url) {
      if (setupToken === null || (await hasOwner())) return null;
      return `${url}/setup?token=${setupToken}`;
    },

    async createOwner(token, input, client) {
      if (!isSetupToken(token)) throw linkUsed();
      const result = OwnerSchema.safeParse(input);
      if (!result.success) {
        throw new MarfaError('validation_error', 'Some fields need another look.', {
          details: { issues: toIssues(result.error) },
        });
      }
      // Taken in the same step as it was checked: of two forms sent at once, one finds the link used.
      const taken = setupToken;
      setupToken = null;
      try {
        if (await hasOwner()) throw linkUsed();
        await removeHalfMadeUsers();
        const user = await library.createUser(result.data);
        await recordOwner(user, client);
      } catch (error) {
        // Nothing was made, or what was made is removed by the next try: the link stays good.
        if (!(await hasOwner())) setupToken = taken;
        throw error;
      }
      const cookies = await signIn(result.data, client);
      return cookies ?? [];
    },

    signOut: library.signOut,

    async signedIn(cookie, clientIp) {
      const live = await library.session(cookie);
      if (!live) return null;
      const member = await database.read
        .selectFrom('space_members')
        .select('key_id')
        .where('user_id', '=', live.user.id)
        .executeTakeFirst();
      const caller = member ? await keys.callerOfKey(member.key_id, clientIp) : null;
      return caller ? { ...live, caller } : null;
    },
  };
}

function linkUsed(): MarfaError {
  return new MarfaError(
    'forbidden',
    'This link has been used or has ended. Restart the server to get another one, or sign in.',
  );
}
