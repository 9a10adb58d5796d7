import { type IntegrationManifest, MarfaError } from '@withmarfa/shared';
import type { Queryable } from '../../../platform/database/database.ts';
import { findSystemItem } from '../../../platform/system-items.ts';

/**
 * Checks that an integration that needs an upstream account is given one, of the right kind and of the own space.
 * @throws MarfaError `missing_required_field` when none is given, `validation_error` when it does not fit.
 */
export async function checkCredential(
  queryable: Queryable,
  spaceId: string,
  manifest: IntegrationManifest,
  credentialRef?: string,
): Promise<void> {
  const wanted = wantedKind(manifest);
  const fault = (code: 'missing_required_field' | 'validation_error', message: string) =>
    new MarfaError(code, `${message}.`, { details: { issues: [{ path: '$.credential_ref', message }] } });
  if (!wanted) {
    if (credentialRef === undefined) return;
    throw fault('validation_error', `${manifest.name} needs no upstream credential; leave credential_ref out`);
  }
  if (credentialRef === undefined)
    throw fault('missing_required_field', `${manifest.name} needs a credential of kind ${wanted}`);
  const credential = await findSystemItem(queryable, spaceId, credentialRef, 'system.credential');
  if (credential?.state === 'active' && credential.properties.kind === wanted) return;
  throw fault('validation_error', `expected a live credential of kind ${wanted} in this space`);
}

function wantedKind(manifest: IntegrationManifest): 'oauth_token' | 'api_token' | null {
  if (Object.keys(manifest.token_requirements ?? {}).length > 0) return 'api_token';
  return Object.keys(manifest.oauth_requirements).length > 0 ? 'oauth_token' : null;
}
