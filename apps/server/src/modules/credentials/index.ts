export { mountCredentialRoutes } from './credentials-routes.ts';
export { type CredentialsService, createCredentialsService } from './credentials-service.ts';
export { slugOf } from './slug-of.ts';
export type {
  ApiTokenCredential,
  OAuthCredential,
  OAuthProviderConfig,
  UpstreamCredential,
} from './upstream-credential.ts';
