import type { OAuthLibrary } from './oauth-library.ts';

export interface AuthUser {
  id: string;
  name: string;
  email: string;
  emailVerified: boolean;
  /** Address of a picture of them. */
  image?: string | null | undefined;
}

/** Where a request came from, as a session remembers it. */
export interface Client {
  ip: string | null;
  userAgent: string | undefined;
}

/** What a mailed link is good for. */
export type LinkPurpose = 'verify-email' | 'reset-password';

/** A session as its row tells; the token that opens it is not among it. */
export interface SessionRow {
  id: string;
  createdAt: Date;
  lastActiveAt: Date;
  ip: string | null;
  userAgent: string | null;
}

/** A browser session that has not ended. */
export interface LiveSession {
  user: AuthUser;
  sessionId: string;
  signedInAt: Date;
  /** To be set in the browser: they keep a session that is used from ending. */
  cookies: string[];
}

/** What the rest of the server uses of the auth library: users with passwords, browser sessions, and mailed links. */
export interface AuthLibrary {
  /** Takes as long as looking at a password does. */
  hashPassword(password: string): Promise<string>;
  createUser(user: { name: string; email: string; passwordHash: string; isVerified: boolean }): Promise<AuthUser>;
  /** Notes that the address is this person's own. */
  confirmUser(id: string, changes?: { name?: string | undefined; passwordHash?: string | undefined }): Promise<void>;
  findUser(by: { id: string } | { email: string }): Promise<AuthUser | null>;
  /** @returns cookies of a fresh session. An unknown address costs as much time as a wrong password. */
  signIn(
    credentials: { email: string; password: string },
    client: Client,
  ): Promise<{ ok: true; userId: string; cookies: string[] } | { ok: false; reason: 'wrong' | 'unverified' }>;
  signInAs(userId: string, client: Client): Promise<string[]>;
  session(cookie: string | undefined): Promise<LiveSession | null>;
  listSessions(userId: string): Promise<SessionRow[]>;
  /** @returns whether the person had such a session. */
  endSession(userId: string, id: string): Promise<boolean>;
  endSessions(userId: string): Promise<void>;
  /** @returns cookies that end the session. */
  signOut(cookie: string | undefined): Promise<string[]>;
  /** @returns a token that stands for `value` once, for an hour; only its hash is kept. */
  issueLink(purpose: LinkPurpose, value: string): Promise<string>;
  readLink(purpose: LinkPurpose, token: string): Promise<string | null>;
  takeLink(purpose: LinkPurpose, token: string): Promise<string | null>;
  /** Sets the password of the person a link was issued for, by their id, and ends all their sessions. @returns the id. */
  resetPassword(token: string, password: string): Promise<string | null>;
  /** Ends all sessions of the person. @returns cookies of a fresh one, or null when the current password is wrong. */
  changePassword(
    cookie: string,
    passwords: { current: string; next: string },
    client: Client,
  ): Promise<string[] | null>;
  oauth: OAuthLibrary;
}
