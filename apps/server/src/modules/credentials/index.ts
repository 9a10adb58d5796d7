export { mountCredentialRoutes } from './credentials-routes.ts';
export { type CredentialsService, createCredentialsService } from './credentials-service.ts';
export { slugOf } from './slug-of.ts';
export type { ApiTokenCredential, OAuthCredential, UpstreamCredential } from './upstream-credential.ts';
