import type { FakeAuthorizationServer } from '@withmarfa/testing';
import type { Api } from './api.ts';
import { anIntegration, type Installed } from './integrations.ts';
import { created } from './spaces.ts';

/** Asks for an OAuth account, and can be run by hand. */
export const OAUTH_CONNECTOR = { oauth_requirements: { calendar: 'proxy' }, triggers: [{ type: 'manual' }] };
/** Asks for an API token, and can be run by hand. */
export const TOKEN_CONNECTOR = { token_requirements: { tasks: 'required' }, triggers: [{ type: 'manual' }] };

/** The body that keeps an OAuth client of a fake authorization server. */
export function anOAuthProvider(authorization: FakeAuthorizationServer, changes: Record<string, unknown> = {}) {
  return {
    label: 'Harbour Calendars',
    oauth_authorize_url: authorization.authorizeUrl,
    oauth_token_url: authorization.tokenUrl,
    oauth_client_id: authorization.clientId,
    oauth_client_secret: authorization.clientSecret,
    upstream_base_url: `${authorization.url}/api`,
    oauth_default_scope: 'calendar.readonly',
    ...changes,
  };
}

/** Installs an integration that needs an OAuth account, which is not connected yet. */
export async function installOAuth(
  { admin, api }: { admin: Api; api: Api },
  authorization: FakeAuthorizationServer,
  changes: { manifest?: Record<string, unknown>; provider?: Record<string, unknown> } = {},
): Promise<Installed & { credential_ref: string }> {
  const integration_id = await anIntegration(admin, { ...OAUTH_CONNECTOR, ...changes.manifest });
  const provider = anOAuthProvider(authorization, changes.provider);
  const { credential_id: credential_ref } = created(await api.post('/credentials/oauth-provider', provider));
  const installed = created(await api.post('/connections/install', { integration_id, credential_ref }));
  return { ...installed, credential_ref };
}

/** Installs an integration that works with an API token. */
export async function installToken(
  { admin, api }: { admin: Api; api: Api },
  changes: { manifest?: Record<string, unknown>; token?: Record<string, unknown> } = {},
): Promise<Installed & { credential_ref: string }> {
  const integration_id = await anIntegration(admin, { ...TOKEN_CONNECTOR, ...changes.manifest });
  const token = {
    label: 'Tasks',
    upstream_base_url: 'https://api.example.test',
    api_token: 'a-token',
    ...changes.token,
  };
  const { credential_id: credential_ref } = created(await api.post('/credentials/api-token', token));
  const installed = created(await api.post('/connections/install', { integration_id, credential_ref }));
  return { ...installed, credential_ref };
}

/** Goes to the upstream as a person's browser does. @returns where it sends the person back to. */
export async function allowAt(authorizeUrl: string): Promise<URL> {
  const response = await fetch(authorizeUrl, { redirect: 'manual' });
  const location = response.headers.get('location');
  if (location === null) throw new Error(`the upstream sent nobody back: ${response.status} ${await response.text()}`);
  return new URL(location);
}

/** Begins to connect an account. @returns where the person is sent. */
export async function startOAuth(api: Api, connectionId: string, body: Record<string, unknown> = {}) {
  const { status, body: started } = await api.post(`/connections/${connectionId}/oauth/start`, body);
  if (status !== 200) throw new Error(`not started: ${status} ${JSON.stringify(started)}`);
  return started as { authorize_url: string; redirect_uri: string; expires_at: string };
}

/** Connects an account from beginning to end. */
export async function connectAccount(api: Api, connectionId: string): Promise<void> {
  const back = await allowAt((await startOAuth(api, connectionId)).authorize_url);
  const response = await fetch(back, { redirect: 'manual' });
  if (response.status !== 200) throw new Error(`not connected: ${response.status} ${await response.text()}`);
}

/** @returns the properties of a Connection, as anybody reads them. */
export async function propertiesOf(api: Api, connectionId: string) {
  return (await api.get(`/items/${connectionId}`)).body.item.properties;
}
