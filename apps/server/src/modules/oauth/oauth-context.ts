import type { Platform } from '../../platform/platform.ts';
import type { TokenHash } from '../../platform/token-hash.ts';
import type { AuditService } from '../audit/index.ts';
import type { OAuthLibrary } from '../auth/index.ts';
import type { ClientsService } from './clients-service.ts';
import type { GrantsService } from './grants-service.ts';
import type { IssuerOf } from './issuer.ts';
import type { TokenAuthenticator } from './token-authenticator.ts';

/** What the endpoints of the provider stand on. */
export interface OAuthContext {
  platform: Platform;
  audit: AuditService;
  library: OAuthLibrary;
  tokens: TokenAuthenticator;
  grants: GrantsService;
  clients: Pick<ClientsService, 'find'>;
  issuerOf: IssuerOf;
  hash: TokenHash;
}
