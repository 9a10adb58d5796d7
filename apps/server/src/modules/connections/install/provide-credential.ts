import {
  ApiTokenInputSchema,
  type IntegrationManifest,
  type Issue,
  MarfaError,
  OAuthProviderInputSchema,
  toIssues,
} from '@withmarfa/shared';
import type { z } from 'zod';
import type { Caller } from '../../../platform/caller.ts';
import type { Database, Transaction } from '../../../platform/database/database.ts';
import { lockRows } from '../../../platform/database/row-lock.ts';
import { type CredentialsService, slugOf } from '../../credentials/index.ts';

/** The kind of upstream credential that a manifest asks for; null when it asks for none. */
export type WantedCredential = 'oauth_token' | 'api_token' | null;

export function wantedCredential(manifest: IntegrationManifest): WantedCredential {
  if (Object.keys(manifest.token_requirements ?? {}).length > 0) return 'api_token';
  return Object.keys(manifest.oauth_requirements).length > 0 ? 'oauth_token' : null;
}

/** What whoever installs brings: an existing credential, or what a new one is made of. */
export interface BroughtCredential {
  credentialRef?: string | undefined;
  /** As the body of the endpoint that makes a credential of the wanted kind. */
  made?: Record<string, unknown> | undefined;
}

export interface ProvideDeps {
  database: Database;
  credentials: CredentialsService;
}

/**
 * Sees to the upstream credential: checks the one that was named, or makes one of what was given. It is locked, so that
 * nobody deletes it before the Connection is there.
 * @returns its id, or null when none is needed.
 * @throws MarfaError `missing_required_field` when none is given, `validation_error` when it is of another kind or space.
 */
export async function provideCredential(
  transaction: Transaction,
  { caller, manifest, brought }: { caller: Caller; manifest: IntegrationManifest; brought: BroughtCredential },
  { database, credentials }: ProvideDeps,
): Promise<string | null> {
  const wanted = wantedCredential(manifest);
  const { credentialRef, made } = brought;
  if (wanted === null) {
    if (credentialRef === undefined) return null;
    throw fault('validation_error', `${manifest.name} needs no upstream credential; leave credential_ref out`);
  }
  if (credentialRef !== undefined) {
    const select = transaction
      .selectFrom('upstream_credentials')
      .select('kind')
      .where('space_id', '=', caller.spaceId)
      .where('id', '=', credentialRef);
    const row = await lockRows(select, database.dialect).executeTakeFirst();
    if (row?.kind === wanted) return credentialRef;
    throw fault('validation_error', `expected a live credential of kind ${wanted} in this space`);
  }
  if (made === undefined)
    throw fault('missing_required_field', `${manifest.name} needs a credential of kind ${wanted}`);
  if (wanted === 'api_token') return credentials.createApiToken(transaction, caller, read(ApiTokenInputSchema, made));
  const input = read(OAuthProviderInputSchema, made);
  return credentials.createOAuthProvider(transaction, caller, input, slugOf(manifest.publisher));
}

function read<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const issues: Issue[] = toIssues(result.error);
  throw new MarfaError('validation_error', `Its upstream account is not described rightly: ${issues[0]?.message}.`, {
    details: { issues },
  });
}

function fault(code: 'missing_required_field' | 'validation_error', message: string): MarfaError {
  return new MarfaError(code, `${message}.`, { details: { issues: [{ path: '$.credential_ref', message }] } });
}
