import type { IntegrationManifest } from '@withmarfa/runtime-sdk';
import type { ActivityInput } from '@withmarfa/shared';

/** What Marfa tells the person when an upstream no longer takes the account's credential. */
export function lostAccount(label: string, manifest: IntegrationManifest | null): ActivityInput {
  const isToken = Object.keys(manifest?.token_requirements ?? {}).length > 0;
  return {
    severity: 'action_required',
    summary: isToken ? `API token rejected; supply a new token for ${label}` : `re-authorization needed for ${label}`,
    detail: { kind: isToken ? 'token_rejected' : 'reauth_required' },
  };
}
