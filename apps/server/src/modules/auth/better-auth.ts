import { getOAuthProviderApi, oauthProvider } from '@better-auth/oauth-provider';
import { APIError, type BetterAuthPlugin, betterAuth } from 'better-auth';
import { createAuthEndpoint } from 'better-auth/api';
import { setSessionCookie } from 'better-auth/cookies';
import { symmetricDecrypt, symmetricEncrypt } from 'better-auth/crypto';
import { jwt } from 'better-auth/plugins';
import { z } from 'zod';
import type { AuthKeys } from '../../platform/auth-keys.ts';
import type { Database } from '../../platform/database/database.ts';
import type { AuthLibrary, AuthUser, Client, LinkPurpose } from './auth-library.ts';
import { currentIssuer, inProtocolScope, viewClients } from './client-view.ts';
import { type LibrarySecrets, librarySecrets } from './library-secrets.ts';
import { DEVICE_GRANT, type LibraryAnswer, type OAuthLibrary } from './oauth-library.ts';
import { PASSWORD_LENGTH } from './password-length.ts';
import { type ProviderSettings, providerOptions, SIGNING_KEYS } from './provider-options.ts';
import { resignCookies } from './resign-cookies.ts';

/** Header by which the client's address, already judged by this server, reaches the library. */
const CLIENT_IP_HEADER = 'x-marfa-client-ip';
const LINK_SECONDS = 3600;
/** A session ends when it has not been used for so long. */
const SESSION_SECONDS = 7 * 24 * 3600;
/** The use of a session is noted, and its end moved, at most this often. */
const SESSION_NOTED_EVERY_SECONDS = 3600;

export interface AuthLibraryOptions extends ProviderSettings {
  database: Database;
  authKeys: AuthKeys;
  baseUrl: string;
  /** Whether cookies are for https only. */
  secure: boolean;
  /** Whether people must confirm their address before they can sign in. */
  mustVerifyEmail: boolean;
  randomBytes(length: number): Uint8Array;
}

/** The endpoints of the provider as they are called here: past the router, which would be built anew for every request. */
type LibraryCall = (call: {
  body?: object;
  query?: object;
  headers: Headers;
  request?: Request;
  asResponse: true;
}) => Promise<Response>;
type ProtocolApi = Record<'oauth2Authorize' | 'oauth2Consent' | 'oauth2Token' | 'issueTokens', LibraryCall> & {
  getJwks(): Promise<{ keys: Record<string, unknown>[] }>;
};

/** The options that decide which tables there are; the migration test compiles them again. */
export function tableOptions(settings?: ProviderSettings & { baseUrl: string }) {
  const provider = providerOptions(settings);
  return {
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: PASSWORD_LENGTH.min,
      maxPasswordLength: PASSWORD_LENGTH.max,
    },
    user: { modelName: 'auth_users' },
    session: {
      modelName: 'auth_sessions',
      expiresIn: SESSION_SECONDS,
      updateAge: SESSION_NOTED_EVERY_SECONDS,
    },
    account: { modelName: 'auth_accounts' },
    verification: {
      modelName: 'auth_verifications',
      // Of links that were mailed, only hashes lie in the record.
      storeIdentifier: {
        default: 'plain' as const,
        overrides: { 'reset-password:': 'hashed' as const, 'verify-email:': 'hashed' as const },
      },
    },
    plugins: [
      jwt({
        schema: { jwks: { modelName: 'auth_signing_keys' } },
        disableSettingJwtHeader: true,
        jwks: SIGNING_KEYS,
        jwt: {
          // Read for every token: a server on loopback is known by more than one name.
          get issuer() {
            return currentIssuer(settings?.baseUrl ?? '');
          },
        },
      }),
      // Its own types do not hold under exact optional properties.
      oauthProvider(provider) as unknown as BetterAuthPlugin,
      marfaIssuing as unknown as BetterAuthPlugin,
    ],
  };
}

/** Ours beside the provider: how it sees clients, and tokens for what was approved on another device. */
const marfaIssuing = {
  id: 'marfa-issuing',
  init: (context: { adapter: Parameters<typeof viewClients>[0] }) => ({
    context: { adapter: viewClients(context.adapter) } as Record<string, unknown>,
  }),
  endpoints: {
    issueTokens: createAuthEndpoint(
      '/marfa/issue-tokens',
      {
        method: 'POST',
        metadata: { SERVER_ONLY: true },
        body: z.object({
          clientId: z.string(),
          userId: z.string(),
          scopes: z.array(z.string()),
          family: z.string(),
          authTime: z.date().nullable(),
        }),
      },
      async (context) => {
        const { clientId, userId, scopes, family, authTime } = context.body;
        const provider = context.context.getPlugin('oauth-provider');
        const api = getOAuthProviderApi(context, provider?.options as never, DEVICE_GRANT);
        const client = await api.getClient(clientId);
        const user = await context.context.internalAdapter.findUserById(userId);
        if (!client || !user) return context.json({ error: 'invalid_grant' }, { status: 400 });
        return api.issueTokens({
          // Tokens of a device are renewed like any other.
          client: { ...client, grantTypes: ['authorization_code', 'refresh_token'] },
          user,
          scopes,
          authorizationCodeId: family,
          ...(authTime ? { authTime } : {}),
        } as never);
      },
    ),
  },
};

/** Opens a session for somebody who has shown who they are in another way than by the password. */
const signInAs = createAuthEndpoint.serverOnly(
  { method: 'POST', body: z.object({ userId: z.string() }) },
  async (context) => {
    const { internalAdapter } = context.context;
    const user = await internalAdapter.findUserById(context.body.userId);
    if (!user) throw new APIError('NOT_FOUND');
    const session = await internalAdapter.createSession(user.id);
    await setSessionCookie(context, { session, user });
    return context.json({ ok: true });
  },
);

/**
 * Wraps better-auth; the only file that imports it. Its HTTP handler is not mounted: accounts are reached through our
 * own pages and protocol endpoints, which judge first.
 */
export async function createAuthLibrary({
  database,
  authKeys,
  baseUrl,
  secure,
  mustVerifyEmail,
  randomBytes,
  ...settings
}: AuthLibraryOptions): Promise<AuthLibrary> {
  const tables = tableOptions({ ...settings, baseUrl });
  const auth = betterAuth({
    baseURL: baseUrl,
    basePath: '/auth',
    ...librarySecrets(authKeys),
    database: { db: database.shared, type: database.dialect, transaction: true },
    ...tables,
    emailAndPassword: {
      ...tables.emailAndPassword,
      requireEmailVerification: mustVerifyEmail,
      revokeSessionsOnPasswordReset: true,
    },
    // Attempts are limited by our own pages, which know the client's address.
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { disabled: true },
    advanced: {
      cookiePrefix: 'marfa',
      useSecureCookies: secure,
      database: { validateSchema: false },
      ipAddress: { ipAddressHeaders: [CLIENT_IP_HEADER] },
    },
    plugins: [...tables.plugins, { id: 'marfa-sessions', endpoints: { signInAs } }],
  });
  // A configuration error shows here, not as an unhandled rejection later.
  const { internalAdapter, password } = await auth.$context;

  const protocol = auth.api as unknown as ProtocolApi;

  const resign = (cookie: string) => resignCookies(cookie, authKeys);
  const headersOf = ({ ip, userAgent }: Client, cookie?: string) =>
    new Headers({
      ...(ip ? { [CLIENT_IP_HEADER]: ip } : {}),
      ...(userAgent ? { 'user-agent': userAgent } : {}),
      ...(cookie ? { cookie: resign(cookie) } : {}),
    });

  const linkId = (purpose: LinkPurpose, token: string) => `${purpose}:${token}`;

  async function readLink(purpose: LinkPurpose, token: string): Promise<string | null> {
    const link = await internalAdapter.findVerificationValue(linkId(purpose, token));
    return link && link.expiresAt > new Date() ? link.value : null;
  }

  const oauth: OAuthLibrary = {
    authorize: (scope, { query, cookie }) =>
      inProtocolScope(scope, async () => {
        const headers = new Headers({ cookie: resign(cookie) });
        const request = new Request(`${scope.issuer}/auth/oauth2/authorize?${query}`, { headers });
        const response = await protocol.oauth2Authorize({
          query: Object.fromEntries(query),
          headers,
          request,
          asResponse: true,
        });
        return new URL(response.headers.get('location') ?? '', scope.issuer);
      }),
    consent: (scope, { signedRequest, scopes, cookie }) =>
      inProtocolScope(scope, async () => {
        const headers = new Headers({ cookie: resign(cookie) });
        const response = await protocol.oauth2Consent({
          body: { accept: true, scope: scopes.join(' '), oauth_query: signedRequest },
          headers,
          request: new Request(`${scope.issuer}/auth/oauth2/consent`, { method: 'POST', headers }),
          asResponse: true,
        });
        const { url } = (await response.json()) as { url?: string };
        if (!url) throw new Error(`the library took no consent: ${response.status}`);
        return new URL(url);
      }),
    token: (scope, form) =>
      inProtocolScope(scope, async () =>
        toAnswer(await protocol.oauth2Token({ body: form, headers: new Headers(), asResponse: true })),
      ),
    issue: (scope, grant) =>
      inProtocolScope(scope, async () =>
        toAnswer(
          await protocol.issueTokens({
            body: { ...grant, scopes: [...grant.scopes] },
            headers: new Headers(),
            asResponse: true,
          }),
        ),
      ),
    publicKeys: () => protocol.getJwks(),
  };

  return {
    oauth,
    hashPassword: (text) => password.hash(text),

    async createUser({ name, email, passwordHash, isVerified }) {
      const user = await internalAdapter.createUser(
        { name, email: email.toLowerCase(), emailVerified: isVerified },
        { method: 'email-password' },
      );
      await internalAdapter.linkAccount({
        userId: user.id,
        providerId: 'credential',
        accountId: user.id,
        password: passwordHash,
      });
      return toUser(user);
    },

    async confirmUser(id, { name, passwordHash } = {}) {
      await internalAdapter.updateUser(id, { emailVerified: true, ...(name === undefined ? {} : { name }) });
      if (passwordHash !== undefined) await internalAdapter.updatePassword(id, passwordHash);
    },

    async findUser(by) {
      if ('id' in by) {
        const user = await internalAdapter.findUserById(by.id);
        return user && toUser(user);
      }
      const found = await internalAdapter.findUserByEmail(by.email.toLowerCase());
      return found && toUser(found.user);
    },

    async signIn(body, client) {
      const response = await auth.api.signInEmail({ body, headers: headersOf(client), asResponse: true });
      // The library says 403 after a right password alone.
      if (!response.ok) return { ok: false, reason: response.status === 403 ? 'unverified' : 'wrong' };
      const { user } = (await response.json()) as { user: { id: string } };
      return { ok: true, userId: user.id, cookies: response.headers.getSetCookie() };
    },

    async signInAs(userId, client) {
      const response = await auth.api.signInAs({ body: { userId }, headers: headersOf(client), asResponse: true });
      return response.headers.getSetCookie();
    },

    async session(cookie) {
      if (!cookie) return null;
      const { headers, response } = await auth.api.getSession({
        headers: new Headers({ cookie: resign(cookie) }),
        returnHeaders: true,
      });
      if (!response) return null;
      return {
        user: toUser(response.user),
        sessionId: response.session.id,
        signedInAt: response.session.createdAt,
        cookies: headers.getSetCookie(),
      };
    },

    async listSessions(userId) {
      const sessions = await internalAdapter.listSessions(userId, { onlyActiveSessions: true });
      return sessions.map(({ id, createdAt, updatedAt, ipAddress, userAgent }) => ({
        id,
        createdAt,
        lastActiveAt: updatedAt,
        ip: ipAddress || null,
        userAgent: userAgent || null,
      }));
    },

    async endSession(userId, id) {
      const sessions = await internalAdapter.listSessions(userId, { onlyActiveSessions: true });
      const session = sessions.find((each) => each.id === id);
      if (session) await internalAdapter.deleteSession(session.token);
      return session !== undefined;
    },

    endSessions: (userId) => internalAdapter.deleteUserSessions(userId),

    async signOut(cookie) {
      const response = await auth.api.signOut({
        headers: new Headers(cookie ? { cookie: resign(cookie) } : {}),
        asResponse: true,
      });
      return response.headers.getSetCookie();
    },

    async issueLink(purpose, value) {
      const token = Buffer.from(randomBytes(32)).toString('base64url');
      const expiresAt = new Date(Date.now() + LINK_SECONDS * 1000);
      await internalAdapter.createVerificationValue({ identifier: linkId(purpose, token), value, expiresAt });
      return token;
    },

    readLink,

    async takeLink(purpose, token) {
      const link = await internalAdapter.consumeVerificationValue(linkId(purpose, token));
      return link?.value ?? null;
    },

    async resetPassword(token, newPassword) {
      const userId = await readLink('reset-password', token);
      const response = await auth.api.resetPassword({ body: { token, newPassword }, asResponse: true });
      return response.ok ? userId : null;
    },

    async changePassword(cookie, { current, next }, client) {
      const response = await auth.api.changePassword({
        body: { currentPassword: current, newPassword: next, revokeOtherSessions: true },
        headers: headersOf(client, cookie),
        asResponse: true,
      });
      return response.ok ? response.headers.getSetCookie() : null;
    },
  };
}

function toUser({ id, name, email, emailVerified, image }: AuthUser): AuthUser {
  return { id, name, email, emailVerified, image };
}

async function toAnswer(response: Response): Promise<LibraryAnswer> {
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const toLibraryKeys = ({ secrets, secret }: LibrarySecrets) => ({
  keys: new Map(secrets.map(({ version, value }) => [version, value])),
  currentVersion: secrets[0]?.version ?? 0,
  legacySecret: secret,
});

/** @returns what the library sealed under one of these secrets, or null when none opens it. */
export async function openLibrarySecret(secrets: LibrarySecrets, sealed: string): Promise<string | null> {
  try {
    return await symmetricDecrypt({ key: toLibraryKeys(secrets), data: sealed });
  } catch {
    return null;
  }
}

/** Seals as the library does, under the newest of these secrets. */
export function sealLibrarySecret(secrets: LibrarySecrets, text: string): Promise<string> {
  return symmetricEncrypt({ key: toLibraryKeys(secrets), data: text });
}
