export type { Bootstrap, CallbackOutcome } from './bootstrap.ts';
export { createUpstreamOAuth, type UpstreamOAuth } from './create-upstream-oauth.ts';
export { accessPlace, refreshPlace } from './tokens-store.ts';
export type { UpstreamAccess, UpstreamAuthorization } from './upstream-access.ts';
export { mountUpstreamOAuthRoutes } from './upstream-oauth-routes.ts';
