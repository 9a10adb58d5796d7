import { WEBHOOK_METHODS, type WebhookMethod } from '@withmarfa/webhooks';
import type { Database } from '../../src/platform/database/database.ts';
import { type Api, bootstrap } from './api.ts';
import { createRandom } from './create-random.ts';
import { integrationId } from './integrations.ts';
import { type DeliveryPlan, type PlannedDelivery, planDeliveries } from './plan-deliveries.ts';
import type { Profile } from './profiles.ts';
import { createRetryingSender, type Receiver } from './retrying-sender.ts';
import { aSpace, created } from './spaces.ts';
import { freePort, startServer, waitFor } from './start-server.ts';
import { openRecord } from './webhooks.ts';
import { type ConnectorFolder, writeConnector } from './write-connector.ts';

/** Deliveries under way at the same time. */
const SENDERS = 64;
/** Nothing is waited for any longer; a run that hangs is a fault. */
const PATIENCE_MS = 3_600_000;
/** Its one effect: an item under the delivery's own id. */
const WRITE_ONE = `async (ctx, delivery) => {
  const url = 'https://example.test/';
  await ctx.marfa.createItem({ type: 'core.bookmark', source_id: delivery.delivery_id, properties: { url } });
  return { ok: true };
}`;

export interface FloodOptions {
  profile: Profile;
  variables: Record<string, string>;
  seed: number;
  deliveries: number;
  kills: number;
  connectionsPerMethod: number;
}

export interface Flood {
  plan: DeliveryPlan;
  connectionIds: string[];
  /** How each planned delivery was answered in the end. */
  answers: { delivery: PlannedDelivery; status: number }[];
  retried: number;
  sentMs: number;
  handledMs: number;
}

/**
 * Sends planned deliveries to a server that is killed again and again, first while it receives, then while it works off
 * what it has received, and waits until it is done. The first Connection of each method gets its deliveries one after the
 * other, all others as they come.
 */
export async function floodWithWebhooks(options: FloodOptions): Promise<Flood> {
  const connectors = await Promise.all(WEBHOOK_METHODS.map(writeOne));
  const record = await openRecord(options.profile);
  try {
    return await flood(options, connectors, record);
  } finally {
    await record.close();
    for (const connector of connectors) await connector.dispose();
  }
}

async function flood(options: FloodOptions, connectors: ConnectorFolder[], record: Database): Promise<Flood> {
  const { profile, variables, kills, connectionsPerMethod } = options;
  const random = createRandom(options.seed);
  const port = await freePort();
  const start = () =>
    startServer({
      ...profile.variables,
      ...variables,
      PORT: String(port),
      LOG_LEVEL: 'error',
      MARFA_RUNTIME_WORKERS: '1',
      MARFA_CONNECTORS: connectors.map(({ path }) => path).join(','),
    });
  let server = await start();
  let up = Promise.resolve();
  const killAndRestart = async () => {
    await server.kill();
    const { promise, resolve } = Promise.withResolvers<void>();
    up = promise;
    await endLeases(record);
    server = await start();
    resolve();
  };

  const methods = WEBHOOK_METHODS.flatMap((method) => Array.from({ length: connectionsPerMethod }, () => method));
  const plan = planDeliveries(options.deliveries, { methods, random });
  const { api } = await aSpace(await bootstrap(server.url));
  const receivers: (Receiver & { connectionId: string })[] = [];
  for (const [index, method] of methods.entries())
    receivers.push(await install(api, connectors[Math.floor(index / connectionsPerMethod)], method));

  const answers: Flood['answers'] = [];
  const sender = createRetryingSender(server.url, () => up);
  const startedAt = performance.now();
  const sending = sendAll(plan, {
    inOrder: (connection) => connection % connectionsPerMethod === 0,
    async send(delivery) {
      const to = receivers[delivery.connection];
      if (to) answers.push({ delivery, status: await sender.send(delivery, to) });
    },
  });
  try {
    for (const share of shares(Math.ceil(kills / 2), random)) {
      await waitFor(() => answers.length >= share * options.deliveries, PATIENCE_MS);
      await killAndRestart();
    }
    await sending;
    const sentMs = performance.now() - startedAt;
    const backlog = await unfinished(record);
    for (const share of shares(Math.floor(kills / 2), random)) {
      await waitFor(async () => (await unfinished(record)) <= backlog * (1 - share), PATIENCE_MS);
      await killAndRestart();
    }
    await waitFor(async () => (await unfinished(record)) === 0, PATIENCE_MS);
    const handledMs = performance.now() - startedAt;
    const connectionIds = receivers.map(({ connectionId }) => connectionId);
    return { plan, connectionIds, answers, retried: sender.retried, sentMs, handledMs };
  } finally {
    await server.stop();
    await sender.close();
  }
}

/** When to kill, as shares of the work; the same for the same seed. */
function shares(count: number, random: () => number): number[] {
  return Array.from({ length: count }, random).sort((a, b) => a - b);
}

function writeOne(method: WebhookMethod): Promise<ConnectorFolder> {
  return writeConnector('async () => ({ ok: true })', {
    changes: { triggers: [{ type: 'webhook' }, { type: 'manual' }], webhook_verification: { method } },
    webhook: WRITE_ONE,
  });
}

async function install(
  api: Api,
  connector: ConnectorFolder | undefined,
  method: WebhookMethod,
): Promise<Receiver & { connectionId: string }> {
  const integration_id = await integrationId(api, connector?.integrationName ?? '');
  const { connection_id, inbound_webhook } = created(await api.post('/connections/install', { integration_id }));
  return { method, connectionId: connection_id, webhookId: inbound_webhook.id, secret: inbound_webhook.secret };
}

/** Takes the plan in its order, so many at a time. */
async function sendAll(
  { deliveries }: DeliveryPlan,
  { inOrder, send }: { inOrder: (connection: number) => boolean; send: (delivery: PlannedDelivery) => Promise<void> },
): Promise<void> {
  const last = new Map<number, Promise<void>>();
  const rest = deliveries.values();
  const lane = async () => {
    for (const delivery of rest) {
      const { connection, as } = delivery;
      // One that comes again must not overtake the first, whose place it would take.
      const isGenuine = as === 'first' || as === 'again';
      if (!isGenuine || !inOrder(connection)) await send(delivery);
      else {
        const sent = (last.get(connection) ?? Promise.resolve()).then(() => send(delivery));
        last.set(connection, sent);
        await sent;
      }
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, lane));
}

async function unfinished(record: Database): Promise<number> {
  const { count } = await record.read
    .selectFrom('mailbox_messages')
    .select((row) => row.fn.countAll().as('count'))
    .where('state', 'in', ['waiting', 'running'])
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Who held them is dead. That they run out after half a minute is shown elsewhere; nobody waits for it here. */
function endLeases(record: Database) {
  return record.write((transaction) =>
    transaction.updateTable('connection_leases').set({ holder: '', expires_at_ms: 0 }).execute(),
  );
}
