import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NewMessage } from '../ports/mailbox.ts';
import { aConnection } from './a-connection.ts';
import { aMessage } from './a-message.ts';
import { aSettlement } from './a-settlement.ts';
import type { EngineStore } from './engine-store.ts';
import { createMailboxBench, type MailboxBench } from './mailbox-bench.ts';
import { NOON_MS } from './noon.ts';

export function describeHolding(createStore: () => Promise<EngineStore>): void {
  describe('holding mail back', () => {
    let bench: MailboxBench;
    beforeAll(async () => {
      bench = createMailboxBench(await createStore());
    });
    afterAll(async () => bench.store.close());

    it('keeps the deliveries of a paused Connection until it is resumed, and nothing else', async () => {
      const paused = aConnection({ runtimeStatus: 'paused' });
      await bench.store.putConnection(paused);
      await bench.store.mailbox.append(aDelivery(paused, 'd-1'));
      const manual = aMessage(paused);
      await bench.store.mailbox.append(manual);
      const lease = await bench.lease(paused);
      const claimed = await bench.claim(lease);
      expect(claimed.id).toBe(manual.id);
      await bench.store.mailbox.settle(lease, claimed, aSettlement());
      expect(await bench.store.mailbox.claimNext(lease, NOON_MS)).toBeNull();
      expect(await bench.store.mailbox.nextDueAtMs(paused.connectionId)).toBeNull();
      expect(await bench.store.mailbox.connectionsWithMail(NOON_MS, 1000)).not.toContain(paused.connectionId);

      await bench.store.putConnection({ ...paused, runtimeStatus: 'healthy' });
      expect(await bench.store.mailbox.nextDueAtMs(paused.connectionId)).toBeLessThanOrEqual(NOON_MS);
      expect(await bench.store.mailbox.connectionsWithMail(NOON_MS, 1000)).toContain(paused.connectionId);
      expect((await bench.claim(lease)).message).toMatchObject({ kind: 'webhook', delivery_id: 'd-1' });
    });

    it('keeps deliveries and events for a Connection that waits for its account', async () => {
      const waiting = aConnection({ runtimeStatus: 'reauth_required' });
      await bench.store.putConnection(waiting);
      await bench.store.mailbox.append(aDelivery(waiting, 'd-2'));
      await bench.store.mailbox.append(anEvent(waiting));
      const lease = await bench.lease(waiting);
      expect(await bench.store.mailbox.claimNext(lease, NOON_MS)).toBeNull();
      await bench.store.putConnection({ ...waiting, runtimeStatus: 'healthy' });
      expect((await bench.claim(lease)).message.kind).toBe('webhook');
    });

    it('remembers the newest 256 deliveries that were dealt with', async () => {
      const known = Array.from({ length: 255 }, (_, index) => `h-${index + 1}`);
      const connection = await bench.connection({ handledDeliveries: known });
      const lease = await bench.lease(connection);
      for (let count = 256; count <= 258; count += 1) {
        await bench.store.mailbox.append(aMessage(connection));
        await bench.store.mailbox.settle(
          lease,
          await bench.claim(lease),
          aSettlement({ handledDelivery: `h-${count}` }),
        );
      }
      const loaded = await bench.store.connections.load(connection.connectionId);
      expect(loaded?.handledDeliveries).toHaveLength(256);
      expect(loaded?.handledDeliveries[0]).toBe('h-3');
      expect(loaded?.handledDeliveries.at(-1)).toBe('h-258');
    });
  });
}

function aDelivery(connection: ReturnType<typeof aConnection>, delivery_id: string): NewMessage {
  const { message } = aMessage(connection);
  const { integration_name, connection_id } = message;
  return aMessage(connection, {
    message: {
      kind: 'webhook',
      integration_name,
      connection_id,
      delivery_id,
      headers: {},
      body_base64: '',
      verified_at_ms: NOON_MS,
    },
  });
}

function anEvent(connection: ReturnType<typeof aConnection>): NewMessage {
  const { integration_name, connection_id } = aMessage(connection).message;
  return aMessage(connection, {
    message: {
      kind: 'item-event',
      integration_name,
      connection_id,
      event_type: 'created',
      item_id: crypto.randomUUID(),
      cycle: { originating_connection_id: null, hop_count: 0 },
      payload: {},
    },
  });
}
