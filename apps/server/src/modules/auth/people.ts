import { isReservedHandle, type Person } from '@withmarfa/shared';
import type { Caller } from '../../platform/caller.ts';
import type { Transaction } from '../../platform/database/database.ts';
import { NULL_SPACE_ID } from '../../platform/database/null-space.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Actor } from '../audit/index.ts';
import type { KeysService } from '../keys/index.ts';
import type { SpacesService } from '../spaces/index.ts';
import type { AuthLibrary, AuthUser } from './auth-library.ts';

/** Further handles that are tried, such as `ada-2`, before one that nobody else can have. */
const NUMBERED_HANDLES = 20;

/** The space a person acts in, and the key that stamps what they write there. */
export interface Home {
  spaceId: string;
  keyId: string;
}

export interface People {
  homeOf(userId: string): Promise<Home | null>;
  /** The first of the people: acts in the server's own space, as an admin. */
  settleOwner(transaction: Transaction, user: AuthUser): Promise<Home>;
  /**
   * Gives a person a space of their own, with the key they act with, and a handle; once.
   * @param handle what they want to be called, else what they said when they signed up; numbered if it is taken.
   */
  settle(transaction: Transaction, user: AuthUser, handle?: string): Promise<Home>;
  /** Keeps in mind what somebody wants to be called until they are settled. */
  wantHandle(transaction: Transaction, userId: string, handle: string): Promise<void>;
  isHandleTaken(handle: string): Promise<boolean>;
  findPerson(userId: string): Promise<Person | null>;
  /** @returns whom a credential belongs to; null for one that is nobody's, such as a plain key. */
  userOfCaller(caller: Caller): Promise<Person | null>;
  /** Who does something, as the audit log tells it. */
  actorOf(userId: string, clientIp: string | null): Promise<Actor>;
}

export interface PeopleDeps {
  platform: Platform;
  library: AuthLibrary;
  keys: KeysService;
  spaces: SpacesService;
}

/** Who of the library's users is called what and acts where. */
export function createPeople({ platform, library, keys, spaces }: PeopleDeps): People {
  const { database, now } = platform;

  async function homeOf(userId: string): Promise<Home | null> {
    const row = await database.read
      .selectFrom('space_members')
      .select(['space_id', 'key_id'])
      .where('user_id', '=', userId)
      .executeTakeFirst();
    return row ? { spaceId: row.space_id, keyId: row.key_id } : null;
  }

  async function moveIn(transaction: Transaction, user: AuthUser, spaceId: string): Promise<Home> {
    const isOwner = spaceId === NULL_SPACE_ID;
    const { key } = await keys.createUnchecked(transaction, spaceId, {
      label: `${user.name} (this page)`.slice(0, 200),
      // Ends in the owner's id, so that no key made before can have taken it.
      source: `owner-${user.id.slice(-8).toLowerCase()}`,
      role: isOwner ? 'admin' : 'tenant_admin',
      default_tier: 'library',
      is_platform: false,
      type_permissions: {},
      extension_permissions: isOwner ? {} : { '*': 'write' },
      edge_permissions: {},
      metadata_permissions: {},
    });
    await transaction
      .insertInto('space_members')
      .values({ user_id: user.id, space_id: spaceId, key_id: key.id, created_at: now().toISOString() })
      .execute();
    return { spaceId, keyId: key.id };
  }

  async function claimHandle(transaction: Transaction, userId: string, wanted: string): Promise<void> {
    for (const handle of candidates(wanted, userId)) {
      if (isReservedHandle(handle)) continue;
      const claim = await transaction
        .insertInto('handles')
        .values({ handle, user_id: userId })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      if ((claim.numInsertedOrUpdatedRows ?? 0n) > 0n) return;
    }
  }

  async function findPerson(userId: string): Promise<Person | null> {
    const [user, row] = await Promise.all([
      library.findUser({ id: userId }),
      database.read.selectFrom('handles').select('handle').where('user_id', '=', userId).executeTakeFirst(),
    ]);
    if (!user) return null;
    const { id, name, email, emailVerified, image = null } = user;
    return { id, name, email, email_verified: emailVerified, handle: row?.handle ?? null, picture: image };
  }

  return {
    homeOf,

    async settleOwner(transaction, user) {
      await claimHandle(transaction, user.id, toHandle(user.name));
      return moveIn(transaction, user, NULL_SPACE_ID);
    },

    async settle(transaction, user, handle) {
      const settled = await homeOf(user.id);
      if (settled) return settled;
      const wanted = await transaction
        .deleteFrom('wanted_handles')
        .where('user_id', '=', user.id)
        .returning('handle')
        .executeTakeFirst();
      await claimHandle(transaction, user.id, handle ?? wanted?.handle ?? toHandle(user.name));
      const space = await spaces.create(transaction, user.name);
      return moveIn(transaction, user, space.id);
    },

    async wantHandle(transaction, userId, handle) {
      await transaction.insertInto('wanted_handles').values({ user_id: userId, handle }).execute();
    },

    async isHandleTaken(handle) {
      const row = await database.read
        .selectFrom('handles')
        .select('user_id')
        .where('handle', '=', handle)
        .executeTakeFirst();
      return row !== undefined;
    },

    findPerson,

    async userOfCaller({ keyId, userId }) {
      if (userId !== undefined) return userId === null ? null : findPerson(userId);
      const member = await database.read
        .selectFrom('space_members')
        .select('user_id')
        .where('key_id', '=', keyId)
        .executeTakeFirst();
      return member ? findPerson(member.user_id) : null;
    },

    async actorOf(userId, clientIp) {
      const home = await homeOf(userId);
      return home ? { ...home, clientIp } : { keyId: null, spaceId: NULL_SPACE_ID, clientIp };
    },
  };
}

/** @returns a handle that a name suggests. */
function toHandle(name: string): string {
  const handle = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 32)
    .replaceAll(/^-+|-+$/g, '');
  return handle.length < 3 ? 'person' : handle;
}

function* candidates(wanted: string, userId: string): Generator<string> {
  const stem = wanted.slice(0, 23).replace(/-+$/, '');
  yield wanted;
  for (let number = 2; number <= NUMBERED_HANDLES; number += 1) yield `${stem}-${number}`;
  yield `${stem}-${userId.slice(-8).toLowerCase()}`;
}
