import type { Answer, Api } from './api.ts';
import { aName, created } from './spaces.ts';
import { waitFor } from './start-server.ts';

export const RSS_WATCHER = 'withmarfa.rss-watcher';

/** A manifest that registers; each call has another name. */
export function aManifest(changes: Record<string, unknown> = {}): Record<string, unknown> & { name: string } {
  return {
    name: `harbour.${aName('tide-watch')}`,
    version: '1.0.0',
    publisher: 'Harbour Works',
    description: 'Saves each harbour bulletin as a bookmark.',
    manifest_schema_version: '1.2.0',
    direction: 'read',
    target_types: ['core.bookmark'],
    triggers: [{ type: 'schedule', config: { cron: '20 */3 * * *' } }, { type: 'manual' }],
    runtime_compatibility: ['self-hosted', 'local'],
    bidirectional_handling: { tombstone_mapping: 'ignore' },
    oauth_requirements: {},
    webhook_verification: { method: 'hmac-sha256' },
    ...changes,
  };
}

/** @returns the id of a freshly registered integration. */
export async function anIntegration(admin: Api, changes: Record<string, unknown> = {}): Promise<string> {
  return created(await admin.post('/integrations', { manifest: aManifest(changes) })).id;
}

/** @returns the id of the newest version of an integration that the server brought along. */
export async function integrationId(api: Api, name: string): Promise<string> {
  const { body } = await api.get(`/integrations?manifest_name=${name}`);
  return body.data[0].id;
}

export interface Installed {
  connection_id: string;
  credential_id: string;
  activity_id: string;
}

export async function install(
  api: Api,
  integration_id: string,
  configuration: Record<string, unknown> = {},
): Promise<Installed> {
  return created(await api.post('/connections/install', { integration_id, configuration }));
}

/** Queues a run. @returns its id. */
export async function startRun(api: Api, connectionId: string): Promise<string> {
  const { status, body } = await api.post(`/connections/${connectionId}/run`);
  if (status !== 202) throw new Error(`the run was not queued: ${status} ${JSON.stringify(body)}`);
  return body.run_id;
}

/** Waits until a run is in one of these states. @returns its record. */
export function runIn(api: Api, connectionId: string, runId: string, states: readonly string[], withinMs?: number) {
  return waitFor(async () => {
    const { body } = await api.get(`/connections/${connectionId}/runs/${runId}`);
    return states.includes(body.status) && body;
  }, withinMs);
}

export const ENDED = ['succeeded', 'failed', 'dead', 'skipped'];

/** Runs a Connection once and waits for the end. @returns the run record. */
export async function runOnce(api: Api, connectionId: string) {
  return runIn(api, connectionId, await startRun(api, connectionId), ENDED);
}

/** Every row of a list, page by page. */
// biome-ignore lint/suspicious/noExplicitAny: a test looks at whatever came back.
export async function allRows(api: Api, path: string): Promise<any[]> {
  const rows = [];
  let cursor: string | null = null;
  do {
    const separator = path.includes('?') ? '&' : '?';
    const page: Answer = await api.get(`${path}${separator}limit=200${cursor ? `&cursor=${cursor}` : ''}`);
    if (page.status !== 200) throw new Error(`${path}: ${page.status} ${JSON.stringify(page.body)}`);
    rows.push(...page.body.data);
    cursor = page.body.cursor;
  } while (cursor !== null);
  return rows;
}
