export { type Accounts, createAccounts } from './accounts.ts';
export type { AuthLibrary } from './auth-library.ts';
export { mountAuthRoutes } from './auth-routes.ts';
export { createAuthLibrary } from './better-auth.ts';
export type { BrowserSession } from './browser-sessions.ts';
export { identityClaims } from './identity-claims.ts';
export { DEVICE_GRANT, type LibraryAnswer, type OAuthLibrary } from './oauth-library.ts';
export { resealSigningKeys } from './reseal-signing-keys.ts';
export type { SignedIn } from './sign-ins.ts';
