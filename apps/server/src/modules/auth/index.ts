export { type Accounts, createAccounts } from './accounts.ts';
export { mountAuthRoutes } from './auth-routes.ts';
export type { BrowserSession } from './browser-sessions.ts';
export type { SignedIn } from './sign-ins.ts';
