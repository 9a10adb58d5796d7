import { DEVICE_GRANT } from '../auth/index.ts';
import { AUTH_METHODS } from './client-metadata.ts';

/** Patterns of the scope grammar by example; any type and edge may stand where these do. */
const SCOPES = [
  'openid',
  'profile',
  'email',
  'offline_access',
  '*:read',
  '*:write',
  'core.*:read',
  'core.*:write',
  'edge.*:read',
  'edge.*:write',
  'metadata:read',
  'metadata:write',
  'metadata.types:write',
];

const CLAIMS = [
  'iss',
  'sub',
  'aud',
  'exp',
  'iat',
  'auth_time',
  'acr',
  'nonce',
  'at_hash',
  'name',
  'preferred_username',
  'picture',
  'email',
  'email_verified',
];

/**
 * What this server says of itself to OAuth and OpenID Connect clients; one document under both names.
 * @see RFC 8414; OpenID Connect Discovery 1.0; RFC 8628 section 4; RFC 9207 section 3
 */
export function authorizationServerMetadata(issuer: string, signUp: boolean) {
  return {
    issuer,
    authorization_endpoint: `${issuer}/auth/oauth2/authorize`,
    token_endpoint: `${issuer}/auth/oauth2/token`,
    userinfo_endpoint: `${issuer}/auth/oauth2/userinfo`,
    revocation_endpoint: `${issuer}/auth/oauth2/revoke`,
    introspection_endpoint: `${issuer}/auth/oauth2/introspect`,
    registration_endpoint: `${issuer}/auth/oauth2/register`,
    device_authorization_endpoint: `${issuer}/auth/device`,
    jwks_uri: `${issuer}/auth/jwks`,
    scopes_supported: SCOPES,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials', DEVICE_GRANT],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: [...AUTH_METHODS],
    revocation_endpoint_auth_methods_supported: [...AUTH_METHODS],
    introspection_endpoint_auth_methods_supported: [...AUTH_METHODS],
    id_token_signing_alg_values_supported: ['RS256'],
    subject_types_supported: ['public'],
    claim_types_supported: ['normal'],
    claims_supported: CLAIMS,
    claims_parameter_supported: false,
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
    prompt_values_supported: ['none', 'login', 'consent', 'select_account', ...(signUp ? ['create'] : [])],
    authorization_response_iss_parameter_supported: true,
  };
}

/** What an app needs to begin with: an MCP client that is told nothing else asks for just what stands here. */
const READING = ['*:read', 'edge.*:read', 'metadata:read'];

/** Where clients of the API learn who issues tokens for it (RFC 9728). */
export function protectedResourceMetadata(issuer: string) {
  return {
    resource: issuer,
    authorization_servers: [issuer],
    scopes_supported: READING,
    bearer_methods_supported: ['header'],
  };
}
