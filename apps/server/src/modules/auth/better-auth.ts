import { getOAuthProviderApi, oauthProvider } from '@better-auth/oauth-provider';
import { TOKEN_PREFIXES } from '@withmarfa/shared';
import { type BetterAuthPlugin, betterAuth } from 'better-auth';
import { createAuthEndpoint } from 'better-auth/api';
import { jwt } from 'better-auth/plugins';
import { z } from 'zod';
import type { Database } from '../../platform/database/database.ts';
import type { Secret } from '../../platform/secret.ts';
import { currentIssuer, inProtocolScope, isJudged, type ProtocolScope, viewClients } from './client-view.ts';
import type { ClaimsUser } from './identity-claims.ts';

/** Shortest and longest password, in characters. */
export const PASSWORD_LENGTH = { min: 10, max: 128 } as const;
/** Header by which the client's address, already judged by this server, reaches the library. */
const CLIENT_IP_HEADER = 'x-marfa-client-ip';

export interface AuthUser {
  id: string;
  name: string;
  email: string;
}

/** A browser session that has not ended. */
export interface LiveSession {
  user: AuthUser;
  session: { id: string; createdAt: Date };
}

/** What the rest of the server uses of the auth library: users with passwords, and browser sessions. */
export interface AuthLibrary {
  createUser(user: { name: string; email: string; password: string }): Promise<AuthUser>;
  deleteUser(id: string): Promise<void>;
  listUserIds(): Promise<string[]>;
  findUser(id: string): Promise<ClaimsUser | null>;
  /** @returns cookies to set, or null when e-mail and password do not fit. */
  signIn(
    credentials: { email: string; password: string },
    client: { ip: string | null; userAgent: string | undefined },
  ): Promise<string[] | null>;
  session(cookie: string | undefined): Promise<LiveSession | null>;
  /** @returns cookies that end the session. */
  signOut(cookie: string | undefined): Promise<string[]>;
  oauth: OAuthLibrary;
}

/** One answer of a protocol endpoint of the library. */
export interface LibraryAnswer {
  status: number;
  body: Record<string, unknown>;
}

/** What is used of the OAuth provider. Whoever calls has judged the request: client, redirect, scopes, secret. */
export interface OAuthLibrary {
  /**
   * Issues a code to the person of the session when they have consented before, else asks for consent.
   * @returns where the browser goes: back to the client, or to the consent page with the library's signed request.
   */
  authorize(scope: ProtocolScope, request: { query: URLSearchParams; cookie: string }): Promise<URL>;
  /** Records consent to some of what the signed request asks for. @returns where the browser goes, with a code. */
  consent(
    scope: ProtocolScope,
    decision: { signedRequest: string; scopes: readonly string[]; cookie: string },
  ): Promise<URL>;
  /** The token endpoint. */
  token(scope: ProtocolScope, form: Record<string, string>): Promise<LibraryAnswer>;
  /** Tokens for a person who approved them on another device. */
  issue(
    scope: ProtocolScope,
    grant: { clientId: string; userId: string; scopes: readonly string[]; family: string; authTime: Date | null },
  ): Promise<LibraryAnswer>;
  /** The public halves of the keys that sign, and have signed not long ago. */
  publicKeys(): Promise<{ keys: Record<string, unknown>[] }>;
}

export interface AuthLibraryOptions {
  database: Database;
  secret: Secret;
  /** What is kept of a token or code. */
  hashToken: (token: string) => string;
  /** A fresh access or refresh token, with its prefix. */
  mintToken: (kind: 'accessToken' | 'refreshToken') => string;
  /** What the scopes of a token let out about its user. */
  claims: (userId: string, scopes: readonly string[]) => Promise<Record<string, unknown>>;
  baseUrl: string;
  /** Whether cookies are for https only. */
  secure: boolean;
}

/** Lives of what the provider issues, in seconds. A code is redeemed at once, by a program. */
const LIVES = { code: 60, accessToken: 3600, idToken: 3600, refreshToken: 30 * 86_400 } as const;
/** A key signs for so long, and verifies for some time after: longer than anything it signed lives. */
const SIGNING_KEY = { signsForSeconds: 90 * 86_400, verifiesForSeconds: 7 * 86_400 } as const;
/** @see RFC 8628 section 3.4 */
export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

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

type ProviderOptions = Parameters<typeof oauthProvider>[0];
type ProviderSettings = Pick<AuthLibraryOptions, 'hashToken' | 'mintToken' | 'claims' | 'baseUrl'>;

/** The options that decide which tables there are; the migration test compiles them again. */
export function tableOptions(settings?: ProviderSettings) {
  const provider: ProviderOptions = {
    loginPage: '/auth/sign-in',
    consentPage: '/auth/authorize',
    // Only those are lists; the others are judged by their grammar before the library is asked.
    scopes: ['openid', 'profile', 'email', 'offline_access'],
    schema: {
      oauthClient: { modelName: 'oauth_clients' },
      oauthResource: { modelName: 'oauth_resources' },
      oauthClientResource: { modelName: 'oauth_client_resources' },
      oauthRefreshToken: { modelName: 'oauth_refresh_tokens' },
      oauthAccessToken: { modelName: 'oauth_access_tokens' },
      oauthConsent: { modelName: 'oauth_consents' },
      oauthClientAssertion: { modelName: 'oauth_client_assertions' },
    },
    ...(settings ? issuing(settings) : {}),
  };
  const baseUrl = settings?.baseUrl ?? '';
  return {
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: PASSWORD_LENGTH.min,
      maxPasswordLength: PASSWORD_LENGTH.max,
    },
    user: { modelName: 'auth_users' },
    session: { modelName: 'auth_sessions' },
    account: { modelName: 'auth_accounts' },
    verification: { modelName: 'auth_verifications' },
    plugins: [
      jwt({
        schema: { jwks: { modelName: 'auth_signing_keys' } },
        disableSettingJwtHeader: true,
        jwks: {
          keyPairConfig: { alg: 'RS256', modulusLength: 2048 },
          rotationInterval: SIGNING_KEY.signsForSeconds,
          gracePeriod: SIGNING_KEY.verifiesForSeconds,
        },
        jwt: {
          // Read for every token: a server on loopback is known by more than one name.
          get issuer() {
            return currentIssuer(baseUrl);
          },
        },
      }),
      // Its own types do not hold under exact optional properties.
      oauthProvider(provider) as unknown as BetterAuthPlugin,
      marfaIssuing(provider) as unknown as BetterAuthPlugin,
    ],
  };
}

function issuing({ hashToken, mintToken, claims }: ProviderSettings): Partial<ProviderOptions> {
  const prefixes = TOKEN_PREFIXES;
  return {
    codeExpiresIn: LIVES.code,
    accessTokenExpiresIn: LIVES.accessToken,
    m2mAccessTokenExpiresIn: LIVES.accessToken,
    idTokenExpiresIn: LIVES.idToken,
    refreshTokenExpiresIn: LIVES.refreshToken,
    grantTypes: ['authorization_code', 'refresh_token', 'client_credentials'],
    prefix: { opaqueAccessToken: prefixes.accessToken, refreshToken: prefixes.refreshToken },
    generateOpaqueAccessToken: async () => mintToken('accessToken').slice(prefixes.accessToken.length),
    generateRefreshToken: async () => mintToken('refreshToken').slice(prefixes.refreshToken.length),
    // The library hands tokens over without their prefix; what is kept is the hash of the whole.
    storeTokens: {
      hash: async (token, type) =>
        hashToken(
          (type === 'access_token' ? prefixes.accessToken : type === 'refresh_token' ? prefixes.refreshToken : '') +
            token,
        ),
    },
    storeClientSecret: {
      hash: async (secret) => hashToken(secret),
      // Clients are authenticated before the library is asked, and it is never asked elsewhere.
      verify: async () => isJudged(),
    },
    customIdTokenClaims: ({ user, scopes }) => claims(user.id, scopes),
  };
}

/** Ours beside the provider: how it sees clients, and tokens for what was approved on another device. */
function marfaIssuing(provider: ProviderOptions) {
  return {
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
          const { options } = context.context.getPlugin('oauth-provider') ?? { options: provider };
          const api = getOAuthProviderApi(context, options as never, DEVICE_GRANT);
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
}

/**
 * Wraps better-auth; the only file that imports it. Its HTTP handler is not mounted: what it can do is reached through
 * our own pages and protocol endpoints, which judge first.
 */
export async function createAuthLibrary(options: AuthLibraryOptions): Promise<AuthLibrary> {
  const { database, secret, baseUrl, secure } = options;
  const auth = betterAuth({
    baseURL: baseUrl,
    basePath: '/auth',
    secret: secret.reveal(),
    database: { db: database.shared, type: database.dialect, transaction: true },
    ...tableOptions(options),
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
  });
  // A configuration error shows here, not as an unhandled rejection later.
  const context = await auth.$context;
  const protocol = auth.api as unknown as ProtocolApi;

  const oauth: OAuthLibrary = {
    authorize: (scope, { query, cookie }) =>
      inProtocolScope(scope, async () => {
        const headers = new Headers({ cookie });
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
        const headers = new Headers({ cookie });
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

    async createUser({ name, email, password }) {
      const hash = await context.password.hash(password);
      const user = await context.internalAdapter.createUser(
        { name, email: email.toLowerCase(), emailVerified: false },
        { method: 'email-password' },
      );
      await context.internalAdapter.linkAccount({
        userId: user.id,
        providerId: 'credential',
        accountId: user.id,
        password: hash,
      });
      return { id: user.id, name: user.name, email: user.email };
    },

    deleteUser: (id) => context.internalAdapter.deleteUser(id),

    async listUserIds() {
      const users = await context.internalAdapter.listUsers();
      return users.map((user) => user.id);
    },

    findUser: (id) => context.internalAdapter.findUserById(id),

    async signIn(body, { ip, userAgent }) {
      const headers = new Headers({
        ...(ip ? { [CLIENT_IP_HEADER]: ip } : {}),
        ...(userAgent ? { 'user-agent': userAgent } : {}),
      });
      const response = await auth.api.signInEmail({ body, headers, asResponse: true });
      return response.ok ? response.headers.getSetCookie() : null;
    },

    async session(cookie) {
      if (!cookie) return null;
      const found = await auth.api.getSession({ headers: new Headers({ cookie }) });
      if (!found) return null;
      const { id, name, email } = found.user;
      return { user: { id, name, email }, session: { id: found.session.id, createdAt: found.session.createdAt } };
    },

    async signOut(cookie) {
      const response = await auth.api.signOut({ headers: new Headers(cookie ? { cookie } : {}), asResponse: true });
      return response.headers.getSetCookie();
    },
  };
}

async function toAnswer(response: Response): Promise<LibraryAnswer> {
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
