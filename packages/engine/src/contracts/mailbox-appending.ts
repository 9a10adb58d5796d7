import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aMessage } from './a-message.ts';
import { aDeath, aRetry, aSettlement } from './a-settlement.ts';
import type { EngineStore } from './engine-store.ts';
import { createMailboxBench, type MailboxBench } from './mailbox-bench.ts';
import { NOON_MS } from './noon.ts';

const ACCEPTED = { accepted: true };

export function describeAppending(createStore: () => Promise<EngineStore>): void {
  describe('appending', () => {
    let bench: MailboxBench;
    beforeAll(async () => {
      bench = createMailboxBench(await createStore());
    });
    afterAll(async () => bench.store.close());

    it('records a queued run with the message', async () => {
      const connection = await bench.connection();
      const message = aMessage(connection);
      expect(await bench.store.mailbox.append(message)).toEqual(ACCEPTED);
      expect(await bench.store.runs(connection.connectionId)).toEqual([
        {
          id: message.id,
          connection_id: connection.connectionId,
          trigger: 'manual',
          status: 'queued',
          attempt: 0,
          queued_at: new Date(NOON_MS).toISOString(),
          started_at: null,
          finished_at: null,
          items_created: 0,
          items_updated: 0,
        },
      ]);
    });

    it('gives a message back exactly as it was appended', async () => {
      const connection = await bench.connection();
      const message = aMessage(connection, {
        subject: 'chat/ä 1',
        message: {
          kind: 'webhook',
          integration_name: connection.integrationName,
          connection_id: connection.connectionId,
          delivery_id: 'd-\u2028-🦊-"\'\\',
          headers: { 'x-quote': '"; drop table runs; --', empty: '' },
          body_base64: btoa('\u0000\u0001ÿ'),
          verified_at_ms: NOON_MS,
        },
      });
      await bench.store.mailbox.append(message);
      const claimed = await bench.claim(await bench.lease(connection));
      expect(claimed).toEqual({
        id: message.id,
        spaceId: connection.spaceId,
        connectionId: connection.connectionId,
        message: message.message,
        subject: 'chat/ä 1',
        attempt: 1,
        queuedAtMs: NOON_MS,
      });
    });

    it('refuses a second message with the same dedupe key, and records no run for it', async () => {
      const connection = await bench.connection();
      const first = aMessage(connection, { dedupeKey: 'delivery-1' });
      expect(await bench.store.mailbox.append(first)).toEqual(ACCEPTED);
      const second = await bench.store.mailbox.append(aMessage(connection, { dedupeKey: 'delivery-1' }));
      expect(second).toEqual({ accepted: false, reason: 'duplicate' });
      expect((await bench.store.runs(connection.connectionId)).map(({ id }) => id)).toEqual([first.id]);
      expect(await bench.claimAll(await bench.lease(connection))).toEqual([first.id]);
    });

    it.each([
      ['gone', aSettlement()],
      ['dead', aDeath()],
    ])('still refuses a dedupe key when its message is %s', async (_state, settlement) => {
      const connection = await bench.connection();
      await bench.store.mailbox.append(aMessage(connection, { dedupeKey: 'delivery-1' }));
      const lease = await bench.lease(connection);
      await bench.store.mailbox.settle(lease, await bench.claim(lease), settlement);
      const again = await bench.store.mailbox.append(aMessage(connection, { dedupeKey: 'delivery-1' }));
      expect(again).toEqual({ accepted: false, reason: 'duplicate' });
    });

    it('keeps the dedupe keys of two Connections apart', async () => {
      for (const connection of [await bench.connection(), await bench.connection()]) {
        const result = await bench.store.mailbox.append(aMessage(connection, { dedupeKey: 'delivery-1' }));
        expect(result).toEqual(ACCEPTED);
      }
    });

    it('accepts one of twenty messages with the same dedupe key that arrive at once', async () => {
      const connection = await bench.connection();
      const arrivals = Array.from({ length: 20 }, () => aMessage(connection, { dedupeKey: 'delivery-1' }));
      const results = await Promise.all(arrivals.map((arrival) => bench.store.mailbox.append(arrival)));
      expect(results.filter(({ accepted }) => accepted)).toHaveLength(1);
      expect(await bench.store.runs(connection.connectionId)).toHaveLength(1);
      expect(await bench.claimAll(await bench.lease(connection))).toHaveLength(1);
    });

    it('accepts all of twenty messages without keys that arrive at once', async () => {
      const connection = await bench.connection();
      const arrivals = Array.from({ length: 20 }, () => aMessage(connection));
      await Promise.all(arrivals.map((arrival) => bench.store.mailbox.append(arrival)));
      const claimed = await bench.claimAll(await bench.lease(connection));
      expect([...claimed].sort()).toEqual(arrivals.map(({ id }) => id).sort());
    });

    it('refuses a coalesce key while a message with it waits', async () => {
      const connection = await bench.connection();
      await bench.store.mailbox.append(aMessage(connection, { coalesceKey: 'schedule' }));
      const second = await bench.store.mailbox.append(aMessage(connection, { coalesceKey: 'schedule' }));
      expect(second).toEqual({ accepted: false, reason: 'already_waiting' });
      expect(await bench.store.runs(connection.connectionId)).toHaveLength(1);
    });

    it('accepts one of twenty messages with the same coalesce key that arrive at once', async () => {
      const connection = await bench.connection();
      const arrivals = Array.from({ length: 20 }, () => aMessage(connection, { coalesceKey: 'schedule' }));
      const results = await Promise.all(arrivals.map((arrival) => bench.store.mailbox.append(arrival)));
      expect(results.filter(({ accepted }) => accepted)).toHaveLength(1);
    });

    it('accepts a coalesce key again as soon as its message runs', async () => {
      const connection = await bench.connection();
      await bench.store.mailbox.append(aMessage(connection, { coalesceKey: 'schedule' }));
      await bench.claim(await bench.lease(connection));
      const second = await bench.store.mailbox.append(aMessage(connection, { coalesceKey: 'schedule' }));
      expect(second).toEqual(ACCEPTED);
    });

    it.each([
      ['gone', aSettlement()],
      ['dead', aDeath()],
    ])('accepts a coalesce key again when its message is %s', async (_state, settlement) => {
      const connection = await bench.connection();
      await bench.store.mailbox.append(aMessage(connection, { coalesceKey: 'schedule' }));
      const lease = await bench.lease(connection);
      await bench.store.mailbox.settle(lease, await bench.claim(lease), settlement);
      const second = await bench.store.mailbox.append(aMessage(connection, { coalesceKey: 'schedule' }));
      expect(second).toEqual(ACCEPTED);
    });

    it('refuses a coalesce key while its message waits for another attempt', async () => {
      const connection = await bench.connection();
      await bench.store.mailbox.append(aMessage(connection, { coalesceKey: 'schedule' }));
      const lease = await bench.lease(connection);
      await bench.store.mailbox.settle(lease, await bench.claim(lease), aRetry(NOON_MS + 5000));
      const second = await bench.store.mailbox.append(aMessage(connection, { coalesceKey: 'schedule' }));
      expect(second).toEqual({ accepted: false, reason: 'already_waiting' });
    });

    it('does not use up the dedupe key of a message that is refused as already waiting', async () => {
      const connection = await bench.connection();
      const tick = { coalesceKey: 'schedule', dedupeKey: 'tick-2' };
      await bench.store.mailbox.append(aMessage(connection, { coalesceKey: 'schedule', dedupeKey: 'tick-1' }));
      expect(await bench.store.mailbox.append(aMessage(connection, tick))).toMatchObject({ accepted: false });
      await bench.claim(await bench.lease(connection));
      expect(await bench.store.mailbox.append(aMessage(connection, tick))).toEqual(ACCEPTED);
    });
  });
}
