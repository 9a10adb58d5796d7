import { v7 } from 'uuid';
import { expect, it } from 'vitest';
import { acceptDelivery } from '../src/modules/inbound-webhooks/accept-delivery.ts';
import { createDeliveriesService } from '../src/modules/inbound-webhooks/deliveries-service.ts';
import { newId } from '../src/platform/ids.ts';
import { describeDatabase } from './support/describe-database.ts';

const NOW_MS = Date.parse('2026-06-30T12:00:00.000Z');
const DAY_MS = 86_400_000;

describeDatabase('A receipt', (under) => {
  it('is kept for a week, and as long as its message could not be handled', async () => {
    const target = { connectionId: newId(), spaceId: newId(), integrationName: 'harbour.tides' };
    const receive = (externalId: string, ageDays: number) =>
      under.database.write((transaction) =>
        acceptDelivery(transaction, {
          id: v7({ msecs: NOW_MS - ageDays * DAY_MS }),
          target,
          webhookId: newId(),
          externalId,
          headers: '{}',
          body: new Uint8Array([1]),
          orderingKey: null,
          receivedAtMs: NOW_MS - ageDays * DAY_MS,
        }),
      );
    for (const [externalId, age] of [
      ['fresh', 6.9],
      ['handled', 7.1],
      ['dead', 20],
      ['long gone', 40],
    ] as const)
      expect(await receive(externalId, age)).toBe(true);
    await under.database.write(async (transaction) => {
      const ofDead = transaction
        .selectFrom('inbound_deliveries')
        .select('id')
        .where('external_delivery_id', '=', 'dead');
      await transaction.deleteFrom('mailbox_messages').where('id', 'not in', ofDead).execute();
    });
    const { database } = under;
    const deps = { platform: { database, now: () => new Date(NOW_MS) } };
    await createDeliveriesService(deps as unknown as Parameters<typeof createDeliveriesService>[0]).prune();
    const kept = await database.read.selectFrom('inbound_deliveries').select('external_delivery_id').execute();
    expect(kept.map((row) => row.external_delivery_id).toSorted()).toEqual(['dead', 'fresh']);
    // Its place is free again, and that of what is kept is not.
    expect(await receive('handled', 0)).toBe(true);
    expect(await receive('fresh', 0)).toBe(false);
  });
});
