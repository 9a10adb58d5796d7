import type { WebhookDelivery } from '@withmarfa/shared';
import { readEnvironment } from '../../src/env.ts';
import type { Database } from '../../src/platform/database/database.ts';
import { openDatabase } from '../../src/platform/database/open-database.ts';
import { createLogger } from '../../src/platform/logger.ts';
import type { Api } from './api.ts';
import type { Profile } from './profiles.ts';
import { created } from './spaces.ts';
import { waitFor } from './start-server.ts';

export const ITEM_EVENTS = ['item.created', 'item.updated', 'item.state_changed', 'item.restored'];

/** The record itself, beside the server that uses it. */
export const openRecord = ({ variables, dataFolder }: Profile): Promise<Database> =>
  openDatabase(readEnvironment(variables, dataFolder).database, createLogger('silent'));

/** Lets everything that waits for its time be due. */
export const letTimePass = (database: Database) =>
  database.write((transaction) =>
    transaction.updateTable('webhook_deliveries').set({ due_at_ms: 0 }).where('status', '=', 'pending').execute(),
  );

/** @returns the webhook with its secret. */
export async function aWebhook(
  api: Api,
  url: string,
  input: Record<string, unknown> = {},
): Promise<{ id: string; secret: string }> {
  return created(await api.post('/webhooks', { url, events: ITEM_EVENTS, ...input })).webhook;
}

/** Newest first. */
export const deliveriesOf = async (api: Api, id: string): Promise<WebhookDelivery[]> =>
  (await api.get(`/webhooks/${id}/deliveries`)).body.data;

/** Waits until so many deliveries have this status. */
export const settled = (api: Api, id: string, count: number, status: WebhookDelivery['status'] = 'delivered') =>
  waitFor(async () => {
    const rows = (await deliveriesOf(api, id)).filter((row) => row.status === status);
    return rows.length >= count ? rows : null;
  });
