import type { AuthScheme } from '@withmarfa/shared';
import type { Selectable } from 'kysely';
import type { Tables } from '../../platform/database/tables.ts';

export type CredentialRow = Selectable<Tables['upstream_credentials']>;

/** What of an OAuth client may be shown. */
export interface OAuthProviderConfig {
  authorize_url: string;
  token_url: string;
  client_id: string;
  upstream_base_url: string;
  default_scope?: string;
  provider: string;
}

/** What of a static token may be shown. */
export interface ApiTokenConfig {
  upstream_base_url: string;
  auth_scheme: AuthScheme;
}

interface Common {
  id: string;
  spaceId: string;
  label: string;
  /** Sealed for this row. */
  sealed: string;
}

/** An OAuth client of an upstream; the tokens that people grant with it belong to their Connections. */
export interface OAuthCredential extends Common {
  kind: 'oauth_token';
  config: OAuthProviderConfig;
  authMethod: 'post' | 'basic' | null;
}

/** A static token of an upstream. */
export interface ApiTokenCredential extends Common {
  kind: 'api_token';
  config: ApiTokenConfig;
}

export type UpstreamCredential = OAuthCredential | ApiTokenCredential;

export function toCredential(row: CredentialRow): UpstreamCredential {
  const common = { id: row.id, spaceId: row.space_id, label: row.label, sealed: row.secret };
  if (row.kind === 'api_token')
    return { ...common, kind: 'api_token', config: JSON.parse(row.config) as ApiTokenConfig };
  return {
    ...common,
    kind: 'oauth_token',
    config: JSON.parse(row.config) as OAuthProviderConfig,
    authMethod: row.auth_method as OAuthCredential['authMethod'],
  };
}
