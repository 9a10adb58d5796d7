import process from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProfile, DIALECTS, type Profile } from './support/profiles.ts';
import { HAS_REDIS, type RedisServer, startRedis } from './support/redis-server.ts';
import { type Flood, floodWithWebhooks } from './support/webhook-flood.ts';
import { openRecord } from './support/webhooks.ts';

const SEED = Number(process.env.MARFA_TEST_SEED ?? Date.now() % 1_000_000);
const DELIVERIES = Number(process.env.MARFA_ZERO_LOSS_DELIVERIES ?? 750);
const KILLS = Number(process.env.MARFA_ZERO_LOSS_KILLS ?? 3);
const CONNECTIONS_PER_METHOD = Math.min(20, Math.ceil(DELIVERIES / 400));
/** Generous: what is judged is what happened, never how fast. */
const WITHIN_MS = 120_000 + KILLS * 30_000 + DELIVERIES * 50;

describe.each(DIALECTS)(
  `${DELIVERIES} deliveries to a server that is killed ${KILLS} times, on %s (seed ${SEED})`,
  (dialect) => {
    let profile: Profile;
    let redis: RedisServer | null = null;
    let flood: Flood;

    beforeAll(async () => {
      profile = await createProfile(dialect);
      redis = dialect === 'postgres' && HAS_REDIS ? await startRedis() : null;
      flood = await floodWithWebhooks({
        profile,
        variables: redis === null ? {} : { REDIS_URL: redis.url },
        seed: SEED,
        deliveries: DELIVERIES,
        kills: KILLS,
        connectionsPerMethod: CONNECTIONS_PER_METHOD,
      });
      const { answers, retried, sentMs, handledMs } = flood;
      const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
      process.stderr.write(
        `${dialect}: ${answers.length} deliveries answered after ${seconds(sentMs)}, ${retried} attempts lost to ${KILLS} ` +
          `kills, all handled after ${seconds(handledMs)} (seed ${SEED})\n`,
      );
    }, WITHIN_MS);
    afterAll(async () => {
      await redis?.stop();
      await profile.dispose();
    });

    it('every genuine one is accepted, once, and every forged one refused', () => {
      const accepted = new Map<string, number>();
      const wrong: unknown[] = [];
      for (const { delivery, status } of flood.answers) {
        const isForged = delivery.as === 'forged secret' || delivery.as === 'forged body';
        if (isForged ? status !== 401 : status !== 202 && status !== 200) wrong.push({ delivery, status });
        const key = `${delivery.connection}:${delivery.deliveryId}`;
        if (status === 202) accepted.set(key, (accepted.get(key) ?? 0) + 1);
      }
      expect(wrong).toEqual([]);
      expect([...accepted].filter(([, times]) => times > 1)).toEqual([]);
      expect(flood.answers).toHaveLength(DELIVERIES);
    });

    it('each has one receipt and one run, which succeeded; nothing is left behind, and nothing forged among it', async () => {
      const record = await openRecord(profile);
      try {
        const receipts = await record.read
          .selectFrom('inbound_deliveries')
          .select(['connection_id', 'external_delivery_id', 'run_id'])
          .where('verified', '=', 1)
          .execute();
        expect(byConnection(flood, receipts, (row) => row.external_delivery_id)).toEqual(sortedPlan(flood));
        const runs = await record.read
          .selectFrom('runs')
          .select(['id', 'status', 'error'])
          .where('trigger', '=', 'webhook')
          .execute();
        expect(runs.filter(({ status }) => status !== 'succeeded')).toEqual([]);
        expect(runs.map(({ id }) => id).sort()).toEqual(receipts.map(({ run_id }) => run_id).sort());
        expect(await record.read.selectFrom('mailbox_messages').selectAll().execute()).toEqual([]);
        const refused = await record.read
          .selectFrom('inbound_deliveries')
          .select('id')
          .where('verified', '=', 0)
          .where((row) => row.or([row('external_delivery_id', 'is not', null), row('run_id', 'is not', null)]))
          .execute();
        expect(refused).toEqual([]);
      } finally {
        await record.close();
      }
    });

    it('each has had its effect exactly once', async () => {
      const items = await itemsOf(profile);
      expect(byConnection(flood, items, (row) => row.source_id)).toEqual(sortedPlan(flood));
      expect(items.filter(({ version }) => version !== 1)).toEqual([]);
      const record = await openRecord(profile);
      try {
        const events = await record.read
          .selectFrom('events')
          .select(['event', 'subject_id'])
          .where('type', '=', 'core.bookmark')
          .execute();
        expect(events.filter(({ event }) => event !== 'item.created')).toEqual([]);
        expect(events.map(({ subject_id }) => subject_id).sort()).toEqual(items.map(({ id }) => id).sort());
      } finally {
        await record.close();
      }
    });

    it('those that were sent one after the other were handled in that order', async () => {
      const items = await itemsOf(profile);
      for (const [index, connectionId] of flood.connectionIds.entries()) {
        if (index % CONNECTIONS_PER_METHOD !== 0) continue;
        const handled = items.filter((row) => row.connection_id === connectionId);
        expect(handled.map(({ source_id }) => source_id)).toEqual(flood.plan.genuine[index]);
      }
    });
  },
);

/** What handlers wrote, the oldest first: ids rise with time. */
async function itemsOf(profile: Profile) {
  const record = await openRecord(profile);
  try {
    return await record.read
      .selectFrom('items as item')
      .innerJoin('connections as connection', (join) =>
        join.onRef('connection.space_id', '=', 'item.space_id').onRef('connection.source', '=', 'item.source'),
      )
      .select(['item.id', 'item.source_id', 'item.version', 'connection.id as connection_id'])
      .where('item.type', '=', 'core.bookmark')
      .orderBy('item.id')
      .execute();
  } finally {
    await record.close();
  }
}

/** @returns ids for each Connection of the flood, sorted. */
function byConnection<Row extends { connection_id: string }>(
  { connectionIds }: Flood,
  rows: readonly Row[],
  idOf: (row: Row) => string | null,
): string[][] {
  const sorted = new Map(connectionIds.map((id) => [id, [] as string[]]));
  for (const row of rows) sorted.get(row.connection_id)?.push(idOf(row) ?? '');
  return [...sorted.values()].map((ids) => ids.sort());
}

function sortedPlan({ plan }: Flood): string[][] {
  return plan.genuine.map((ids) => ids.toSorted());
}
