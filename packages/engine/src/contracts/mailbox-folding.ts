import type { ItemEventMessage } from '@withmarfa/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConnectionSnapshot } from '../ports/connections.ts';
import type { NewMessage } from '../ports/mailbox.ts';
import { aMessage } from './a-message.ts';
import { aRetry, aSettlement } from './a-settlement.ts';
import type { EngineStore } from './engine-store.ts';
import { createMailboxBench, type MailboxBench } from './mailbox-bench.ts';
import { NOON_MS } from './noon.ts';

const ITEM = crypto.randomUUID();
const ALREADY_WAITING = { accepted: false, reason: 'already_waiting' };

export function describeFolding(createStore: () => Promise<EngineStore>): void {
  describe('folding item events', () => {
    let bench: MailboxBench;
    beforeAll(async () => {
      bench = createMailboxBench(await createStore());
    });
    afterAll(async () => bench.store.close());

    it('leaves the newest payload and the longest chain with the message that waits', async () => {
      const connection = await bench.connection();
      const first = anItemEvent(connection, { hop: 0, text: 'one' });
      await bench.store.mailbox.append(first);
      for (const [hop, text] of [
        [3, 'two'],
        [1, 'three'],
      ] as const)
        expect(await bench.store.mailbox.append(anItemEvent(connection, { hop, text }))).toEqual(ALREADY_WAITING);
      const claimed = await bench.claim(await bench.lease(connection));
      expect(claimed).toMatchObject({
        id: first.id,
        message: { payload: { text: 'three' }, cycle: { hop_count: 3 } },
      });
      expect(await bench.store.runs(connection.connectionId)).toHaveLength(1);
    });

    it('keeps one message of twenty that arrive at once', async () => {
      const connection = await bench.connection();
      const arrivals = Array.from({ length: 20 }, (_, hop) => anItemEvent(connection, { hop, text: 'any' }));
      const results = await Promise.all(arrivals.map((arrival) => bench.store.mailbox.append(arrival)));
      expect(results.filter(({ accepted }) => accepted)).toHaveLength(1);
      const claimed = await bench.claim(await bench.lease(connection));
      expect(claimed.message).toMatchObject({ cycle: { hop_count: 19 } });
    });

    it('does not change a message that runs', async () => {
      const connection = await bench.connection();
      await bench.store.mailbox.append(anItemEvent(connection, { hop: 0, text: 'one' }));
      const lease = await bench.lease(connection);
      const running = await bench.claim(lease);
      const second = anItemEvent(connection, { hop: 1, text: 'two' });
      expect(await bench.store.mailbox.append(second)).toEqual({ accepted: true });
      await bench.store.mailbox.settle(lease, running, aSettlement());
      expect(await bench.claim(lease)).toMatchObject({ id: second.id, message: { payload: { text: 'two' } } });
    });

    it('gives a message that is tried again what a newer one told meanwhile', async () => {
      const connection = await bench.connection();
      const first = anItemEvent(connection, { hop: 0, text: 'one' });
      await bench.store.mailbox.append(first);
      const lease = await bench.lease(connection);
      const running = await bench.claim(lease);
      await bench.store.mailbox.append(anItemEvent(connection, { hop: 2, text: 'two' }));
      await bench.store.mailbox.settle(lease, running, aRetry(NOON_MS + 5000));
      expect(await bench.claim(lease, NOON_MS + 5000)).toMatchObject({
        id: first.id,
        attempt: 2,
        message: { payload: { text: 'two' }, cycle: { hop_count: 2 } },
      });
    });
  });
}

function anItemEvent(connection: ConnectionSnapshot, { hop, text }: { hop: number; text: string }): NewMessage {
  const message: ItemEventMessage = {
    kind: 'item-event',
    integration_name: connection.integrationName,
    connection_id: connection.connectionId,
    event_type: 'updated',
    item_id: ITEM,
    cycle: { originating_connection_id: null, hop_count: hop },
    payload: { text },
  };
  return aMessage(connection, { message, subject: ITEM, coalesceKey: `item:${ITEM}` });
}
