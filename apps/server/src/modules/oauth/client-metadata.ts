import { parseScope } from '@withmarfa/shared';
import { z } from 'zod';
import { ProtocolError } from '../../http/protocol-error.ts';
import { DEVICE_GRANT } from '../auth/index.ts';
import { redirectUriFault } from './redirect-uri.ts';

const MAX_REDIRECTS = 20;
export const AUTH_METHODS = ['none', 'client_secret_basic', 'client_secret_post'] as const;
const GRANTS = ['authorization_code', 'refresh_token', DEVICE_GRANT] as const;
/** What a client gets that does not say which grants it uses: all that anybody may have. */
const ALL_GRANTS: readonly string[] = GRANTS;

const Text = (max: number) => z.string().max(max, `at most ${max} characters`);
const WebAddress = Text(2048).refine(
  (text) => /^https?:\/\//.test(text) && URL.canParse(text),
  'expected an http or https address',
);

/** RFC 7591 section 2. Fields that are not known are left out of the answer, as section 3.2.1 wants it. */
const MetadataSchema = z.looseObject({
  redirect_uris: z.array(z.string()).max(MAX_REDIRECTS, `at most ${MAX_REDIRECTS}`).default([]),
  grant_types: z.array(z.string()).min(1, 'expected at least one').max(10).optional(),
  response_types: z.array(z.literal('code', 'expected code: there is no implicit grant')).max(1).optional(),
  client_name: Text(200).optional(),
  client_uri: WebAddress.optional(),
  scope: Text(8192).optional(),
  token_endpoint_auth_method: z.enum(AUTH_METHODS, `expected ${AUTH_METHODS.join(', ')}`).default('none'),
  application_type: z.enum(['web', 'native'], 'expected web or native').optional(),
});

/** What a client that registers itself becomes. */
export interface ClientMetadata {
  name: string | null;
  uri: string | null;
  redirectUris: string[];
  grantTypes: string[];
  authMethod: (typeof AUTH_METHODS)[number];
  /** What it said that it will ask for; told again, and no limit: anyone may register for more. */
  scope: string | null;
}

/**
 * Judges the metadata that a client sends of itself.
 * @throws ProtocolError `invalid_redirect_uri` or `invalid_client_metadata` naming every fault of its kind.
 */
export function readClientMetadata(input: unknown): ClientMetadata {
  const result = MetadataSchema.safeParse(input);
  if (!result.success) {
    const { issues } = result.error;
    const onRedirects = issues.every((issue) => issue.path[0] === 'redirect_uris');
    throw refusal(
      onRedirects ? 'invalid_redirect_uri' : 'invalid_client_metadata',
      issues.map((issue) => `${issue.path.join('.') || 'the body'}: ${issue.message}`),
    );
  }
  const metadata = result.data;
  const grantTypes = [...new Set(metadata.grant_types ?? ALL_GRANTS)];
  refuseGrants(grantTypes);
  refuseRedirects(metadata.redirect_uris, grantTypes.includes('authorization_code'));
  const unknown = scopesOf(metadata.scope ?? '').filter((scope) => parseScope(scope) === null);
  if (unknown.length > 0) throw refusal('invalid_client_metadata', [`scope: not of the grammar: ${unknown.join(' ')}`]);
  return {
    name: metadata.client_name?.trim() || null,
    uri: metadata.client_uri ?? null,
    redirectUris: metadata.redirect_uris,
    grantTypes,
    authMethod: metadata.token_endpoint_auth_method,
    scope: metadata.scope ?? null,
  };
}

function refuseGrants(grants: readonly string[]): void {
  const faults = grants
    .filter((grant) => !ALL_GRANTS.includes(grant))
    .map((grant) =>
      grant === 'client_credentials'
        ? 'grant_types: client_credentials is for clients that an operator registers'
        : `grant_types: ${grant} is not one of ${ALL_GRANTS.join(', ')}`,
    );
  if (grants.includes('refresh_token') && grants.length === 1)
    faults.push('grant_types: refresh_token alone begins nothing');
  if (faults.length > 0) throw refusal('invalid_client_metadata', faults);
}

function refuseRedirects(uris: readonly string[], areNeeded: boolean): void {
  if (uris.length === 0 && areNeeded)
    throw refusal('invalid_redirect_uri', ['redirect_uris: expected at least one address']);
  const faults = redirectFaults(uris);
  if (faults.length === 0) return;
  throw refusal(
    'invalid_redirect_uri',
    faults.map(({ index, message }) => `redirect_uris.${index}: ${message}`),
  );
}

/** @returns which addresses cannot be redirects, and why. */
export function redirectFaults(uris: readonly string[]): { index: number; message: string }[] {
  return uris.flatMap((uri, index) => {
    const message = redirectUriFault(uri);
    return message === null ? [] : [{ index, message }];
  });
}

/** @returns the scopes of a space-separated list, each once. */
export function scopesOf(text: string): string[] {
  return [...new Set(text.split(' ').filter((scope) => scope !== ''))];
}

function refusal(code: 'invalid_redirect_uri' | 'invalid_client_metadata', faults: readonly string[]): ProtocolError {
  return new ProtocolError(code, faults.join('; '));
}
