import type { Platform } from '../../platform/platform.ts';
import { createTokenHash } from '../../platform/token-hash.ts';
import type { AuditService } from '../audit/index.ts';
import type { OAuthLibrary } from '../auth/index.ts';
import { type AuthorizeService, createAuthorizeService } from './authorize-service.ts';
import { type ClientsService, createClientsService } from './clients-service.ts';
import { createDeviceService, type DeviceService } from './device-service.ts';
import { createGrantsService, type GrantsService } from './grants-service.ts';
import type { IssuerOf } from './issuer.ts';
import type { OAuthEndpoints } from './mount-oauth.ts';
import { createTokenAuthenticator, type TokenAuthenticator } from './token-authenticator.ts';
import { deleteExpired } from './tokens-store.ts';

/** "Sign in with Marfa": apps that people let in, what they granted them, and the tokens that came of it. */
export interface OAuth {
  tokens: TokenAuthenticator;
  grants: GrantsService;
  clients: ClientsService;
  authorize: AuthorizeService;
  device: DeviceService;
  endpoints: OAuthEndpoints;
  issuerOf: IssuerOf;
  /** Removes what has expired, and clients that were never used. */
  prune(): Promise<void>;
}

export interface OAuthDeps {
  platform: Platform;
  audit: AuditService;
  library: OAuthLibrary;
  issuerOf: IssuerOf;
  claims: OAuthEndpoints['context']['claims'];
  signUp: boolean;
}

export function createOAuth({ platform, audit, library, issuerOf, claims, signUp }: OAuthDeps): OAuth {
  const tokens = createTokenAuthenticator(platform);
  const grants = createGrantsService({ platform, audit, tokens });
  const clients = createClientsService(platform, audit);
  const hash = createTokenHash(platform.apiKeySalt);
  const context = { platform, audit, library, tokens, grants, clients, issuerOf, hash, claims };
  const device = createDeviceService(context);
  const authorize = createAuthorizeService(context, { signUp });
  return {
    tokens,
    grants,
    clients,
    device,
    issuerOf,
    authorize,
    endpoints: { context, clients, device, authorize, signUp },
    async prune() {
      await platform.database.write((transaction) => deleteExpired(transaction, platform.now()));
      await clients.prune();
    },
  };
}
