import { betterAuth } from 'better-auth';
import type { Database } from '../../platform/database/database.ts';
import type { Secret } from '../../platform/secret.ts';

/** Shortest and longest password, in characters. */
export const PASSWORD_LENGTH = { min: 10, max: 128 } as const;
/** Header by which the client's address, already judged by this server, reaches the library. */
const CLIENT_IP_HEADER = 'x-marfa-client-ip';

export interface AuthUser {
  id: string;
  name: string;
  email: string;
}

/** What the rest of the server uses of the auth library: users with passwords, and browser sessions. */
export interface AuthLibrary {
  createUser(user: { name: string; email: string; password: string }): Promise<AuthUser>;
  deleteUser(id: string): Promise<void>;
  listUserIds(): Promise<string[]>;
  /** @returns cookies to set, or null when e-mail and password do not fit. */
  signIn(
    credentials: { email: string; password: string },
    client: { ip: string | null; userAgent: string | undefined },
  ): Promise<string[] | null>;
  session(cookie: string | undefined): Promise<AuthUser | null>;
  /** @returns cookies that end the session. */
  signOut(cookie: string | undefined): Promise<string[]>;
}

export interface AuthLibraryOptions {
  database: Database;
  secret: Secret;
  baseUrl: string;
  /** Whether cookies are for https only. */
  secure: boolean;
}

/** The options that decide which tables there are; the migration test compiles them again. */
export function tableOptions() {
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
  };
}

/**
 * Wraps better-auth; the only file that imports it. Its HTTP handler is not mounted: accounts are reached through our
 * own pages, and "Sign in with Marfa" will stand on the sessions made here.
 */
export async function createAuthLibrary({
  database,
  secret,
  baseUrl,
  secure,
}: AuthLibraryOptions): Promise<AuthLibrary> {
  const auth = betterAuth({
    baseURL: baseUrl,
    basePath: '/auth',
    secret: secret.reveal(),
    database: { db: database.shared, type: database.dialect, transaction: true },
    ...tableOptions(),
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

  return {
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
      return found ? { id: found.user.id, name: found.user.name, email: found.user.email } : null;
    },

    async signOut(cookie) {
      const response = await auth.api.signOut({ headers: new Headers(cookie ? { cookie } : {}), asResponse: true });
      return response.headers.getSetCookie();
    },
  };
}
