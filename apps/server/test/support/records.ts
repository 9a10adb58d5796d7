import { sql } from 'kysely';
import type { Api } from './api.ts';
import type { Profile } from './profiles.ts';
import { openRecord } from './webhooks.ts';

/** Makes every mailed link older than it may be. @returns the rows that stand for links. */
export async function letLinksExpire(profile: Profile): Promise<unknown[]> {
  const database = await openRecord(profile);
  try {
    await sql`update auth_verifications set "expiresAt" = '2020-01-01T00:00:00.000Z'`.execute(database.shared);
    return (await sql`select * from auth_verifications`.execute(database.shared)).rows;
  } finally {
    await database.close();
  }
}

/** Makes it as if every session had not been used for so long. */
export async function letSessionsRest(profile: Profile, forMs: number): Promise<void> {
  const database = await openRecord(profile);
  const end = new Date(Date.now() + 7 * 86_400_000 - forMs).toISOString();
  try {
    await sql`update auth_sessions set "expiresAt" = ${end}`.execute(database.shared);
  } finally {
    await database.close();
  }
}

/** Makes the key of `api`, the newest of its space, the one that the person of that space acts with. */
export async function makeItTheirs(profile: Profile, api: Api): Promise<void> {
  const { keys } = (await api.get('/keys')).body;
  const ids: string[] = keys.map(({ id }: { id: string }) => id).sort();
  const database = await openRecord(profile);
  try {
    await database.write((transaction) =>
      transaction
        .updateTable('space_members')
        .set({ key_id: ids.at(-1) ?? '' })
        .where('key_id', 'in', ids)
        .execute(),
    );
  } finally {
    await database.close();
  }
}

/** Makes it as if the upstream account of a Connection had been lost. */
export function loseAccount(profile: Profile, connectionId: string): Promise<void> {
  return setAccount(profile, connectionId, { runtime_status: 'reauth_required', reauth_reason: 'token_rejected' });
}

/** Undoes {@link loseAccount}. */
export function findAccount(profile: Profile, connectionId: string): Promise<void> {
  return setAccount(profile, connectionId, { runtime_status: 'healthy', reauth_reason: null });
}

async function setAccount(
  profile: Profile,
  connectionId: string,
  changes: { runtime_status: string; reauth_reason: string | null },
): Promise<void> {
  const database = await openRecord(profile);
  try {
    await database.write((transaction) =>
      transaction.updateTable('connections').set(changes).where('id', '=', connectionId).execute(),
    );
  } finally {
    await database.close();
  }
}
