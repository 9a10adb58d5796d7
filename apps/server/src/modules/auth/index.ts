export { type Accounts, createAccounts, type SignedIn } from './accounts.ts';
export {
  type AuthLibrary,
  createAuthLibrary,
  DEVICE_GRANT,
  type LibraryAnswer,
  type OAuthLibrary,
} from './better-auth.ts';
export { identityClaims } from './identity-claims.ts';
