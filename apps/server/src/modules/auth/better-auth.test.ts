import { randomBytes } from 'node:crypto';
import { TOKEN_PREFIXES } from '@withmarfa/shared';
import { getMigrations } from 'better-auth/db/migration';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProfile, DIALECTS, type Profile } from '../../../test/support/profiles.ts';
import { readEnvironment } from '../../env.ts';
import { readAuthKeys } from '../../platform/auth-keys.ts';
import type { Database } from '../../platform/database/database.ts';
import { openDatabase } from '../../platform/database/open-database.ts';
import { createLogger } from '../../platform/logger.ts';
import type { AuthLibrary } from './auth-library.ts';
import { createAuthLibrary, tableOptions } from './better-auth.ts';

describe.each(DIALECTS)('the auth library on %s', (dialect) => {
  let profile: Profile;
  let database: Database;
  let library: AuthLibrary;
  beforeAll(async () => {
    profile = await createProfile(dialect);
    database = await openDatabase(
      readEnvironment(profile.variables, profile.dataFolder).database,
      createLogger('silent'),
    );
    library = await createAuthLibrary({
      database,
      authKeys: readAuthKeys('s'.repeat(40)),
      baseUrl: 'http://localhost',
      secure: false,
      mustVerifyEmail: false,
      randomBytes,
      hashToken: (token) => token,
      mintToken: (kind) => `${TOKEN_PREFIXES[kind]}x`,
      claims: () => Promise.resolve({}),
    });
  });
  afterAll(async () => {
    await database.close();
    await profile.dispose();
  });

  const credentials = { email: 'ada@example.org', password: 'four unrelated words' };
  const client = { ip: '127.0.0.1', userAgent: 'tests' };
  const asCookie = (cookies: readonly string[]) => cookies.map((cookie) => cookie.split(';')[0]).join('; ');
  const signIn = async () => {
    const result = await library.signIn(credentials, client);
    if (!result.ok) throw new Error(result.reason);
    return result.cookies;
  };

  it('finds every table and column it wants in our migrations', async () => {
    const options = {
      secret: 's'.repeat(40),
      logger: { disabled: true },
      database: { db: database.shared, type: dialect },
      ...tableOptions(),
    };
    const { toBeCreated, toBeAdded } = await getMigrations(options);
    expect(toBeCreated).toEqual([]);
    expect(toBeAdded).toEqual([]);
  });

  it('signs a user in, knows the session by its cookie, and forgets it after sign-out', async () => {
    const user = await library.createUser({
      name: 'Ada',
      email: credentials.email,
      passwordHash: await library.hashPassword(credentials.password),
      isVerified: true,
    });
    const cookie = asCookie(await signIn());
    expect((await library.session(cookie))?.user).toEqual(user);
    await library.signOut(cookie);
    expect(await library.session(cookie)).toBeNull();
  });

  it('does not tell a wrong password from an unknown address', async () => {
    const wrong = { ok: false, reason: 'wrong' };
    expect(await library.signIn({ ...credentials, password: 'another password' }, client)).toEqual(wrong);
    expect(await library.signIn({ ...credentials, email: 'nobody@example.org' }, client)).toEqual(wrong);
  });

  it('keeps cookies from scripts and other sites', async () => {
    const [cookie] = await signIn();
    expect(cookie).toMatch(/^marfa\.session_token=/);
    expect(cookie).toMatch(/HttpOnly/i);
    expect(cookie).toMatch(/SameSite=Lax/i);
  });

  it('refuses a cookie whose signature was changed', async () => {
    const cookie = asCookie(await signIn());
    expect(await library.session(`${cookie.slice(0, -6)}AAAAAA`)).toBeNull();
  });
});
