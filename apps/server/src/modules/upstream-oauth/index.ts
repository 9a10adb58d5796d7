export type { Bootstrap, CallbackOutcome } from './bootstrap.ts';
export { createUpstreamOAuth, type UpstreamOAuth } from './create-upstream-oauth.ts';
export { createRedirectAllowlist, normalizeRedirect } from './redirect-allowlist.ts';
export type { UpstreamAccess, UpstreamAuthorization } from './upstream-access.ts';
export { mountUpstreamOAuthRoutes } from './upstream-oauth-routes.ts';
