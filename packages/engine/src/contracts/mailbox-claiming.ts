import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aMessage } from './a-message.ts';
import { aDeath, aRetry, aSettlement } from './a-settlement.ts';
import type { EngineStore } from './engine-store.ts';
import { createMailboxBench, type MailboxBench, TTL_MS } from './mailbox-bench.ts';
import { NOON_MS } from './noon.ts';

const HOUR_MS = 3_600_000;

export function describeClaiming(createStore: () => Promise<EngineStore>): void {
  describe('claiming', () => {
    let bench: MailboxBench;
    beforeAll(async () => {
      bench = createMailboxBench(await createStore());
    });
    afterAll(async () => bench.store.close());

    it('takes messages first in, first out', async () => {
      const connection = await bench.connection();
      const messages = [aMessage(connection), aMessage(connection), aMessage(connection)];
      for (const message of messages) await bench.store.mailbox.append(message);
      const lease = await bench.lease(connection);
      for (const { id } of messages) {
        const claimed = await bench.claim(lease);
        expect(claimed.id).toBe(id);
        await bench.store.mailbox.settle(lease, claimed, aSettlement());
      }
      expect(await bench.store.mailbox.claimNext(lease, NOON_MS)).toBeNull();
    });

    it('takes nothing of another Connection', async () => {
      const noisy = await bench.connection();
      const quiet = await bench.connection();
      await bench.store.mailbox.append(aMessage(noisy));
      expect(await bench.store.mailbox.claimNext(await bench.lease(quiet), NOON_MS)).toBeNull();
    });

    it('marks the run running and counts the attempt', async () => {
      const connection = await bench.connection();
      const message = aMessage(connection);
      await bench.store.mailbox.append(message);
      await bench.claim(await bench.lease(connection), NOON_MS + 40);
      const [run] = await bench.store.runs(connection.connectionId);
      expect(run).toMatchObject({
        id: message.id,
        status: 'running',
        attempt: 1,
        started_at: new Date(NOON_MS + 40).toISOString(),
      });
    });

    it('takes a message once under one lease', async () => {
      const connection = await bench.connection();
      await bench.store.mailbox.append(aMessage(connection));
      const lease = await bench.lease(connection);
      await bench.claim(lease);
      expect(await bench.store.mailbox.claimNext(lease, NOON_MS + HOUR_MS)).toBeNull();
    });

    it('takes a message that was queued before the clock was set back an hour', async () => {
      const connection = await bench.connection();
      const message = aMessage(connection);
      await bench.store.mailbox.append(message);
      const lease = await bench.lease(connection, NOON_MS - HOUR_MS);
      expect(await bench.claim(lease, NOON_MS - HOUR_MS)).toMatchObject({ id: message.id });
    });

    it('lets a message that waits for its retry step aside, and takes it again when its time has come', async () => {
      const connection = await bench.connection();
      const [poison, next] = [aMessage(connection), aMessage(connection)];
      await bench.store.mailbox.append(poison);
      await bench.store.mailbox.append(next);
      const lease = await bench.lease(connection);
      await bench.store.mailbox.settle(lease, await bench.claim(lease), aRetry(NOON_MS + 5000));
      const second = await bench.claim(lease, NOON_MS + 4999);
      expect(second.id).toBe(next.id);
      await bench.store.mailbox.settle(lease, second, aSettlement());
      expect(await bench.store.mailbox.claimNext(lease, NOON_MS + 4999)).toBeNull();
      expect(await bench.claim(lease, NOON_MS + 5000)).toMatchObject({ id: poison.id, attempt: 2 });
    });

    it('takes a retry whose time has come before messages that arrived later', async () => {
      const connection = await bench.connection();
      const [first, second] = [aMessage(connection), aMessage(connection)];
      await bench.store.mailbox.append(first);
      await bench.store.mailbox.append(second);
      const lease = await bench.lease(connection);
      await bench.store.mailbox.settle(lease, await bench.claim(lease), aRetry(NOON_MS + 5000));
      expect((await bench.claim(lease, NOON_MS + 6000)).id).toBe(first.id);
    });

    it('holds back messages about a subject whose earlier message waits for its retry, and no others', async () => {
      const connection = await bench.connection();
      const first = aMessage(connection, { subject: 'item-1' });
      const held = aMessage(connection, { subject: 'item-1' });
      const other = aMessage(connection, { subject: 'item-2' });
      const plain = aMessage(connection);
      for (const message of [first, held, other, plain]) await bench.store.mailbox.append(message);
      const lease = await bench.lease(connection);
      await bench.store.mailbox.settle(lease, await bench.claim(lease), aRetry(NOON_MS + 5000));
      expect(await bench.claimAll(lease, NOON_MS + 4999)).toEqual([other.id, plain.id]);
      const again = await bench.claim(lease, NOON_MS + 5000);
      expect(again.id).toBe(first.id);
      await bench.store.mailbox.settle(lease, again, aSettlement());
      expect((await bench.claim(lease, NOON_MS + 5000)).id).toBe(held.id);
    });

    it('holds back messages about a subject whose earlier message runs', async () => {
      const connection = await bench.connection();
      const first = aMessage(connection, { subject: 'item-1' });
      for (const message of [first, aMessage(connection, { subject: 'item-1' })]) {
        await bench.store.mailbox.append(message);
      }
      expect(await bench.claimAll(await bench.lease(connection))).toEqual([first.id]);
    });

    it('holds back nothing for a dead message', async () => {
      const connection = await bench.connection();
      const next = aMessage(connection, { subject: 'item-1' });
      await bench.store.mailbox.append(aMessage(connection, { subject: 'item-1' }));
      await bench.store.mailbox.append(next);
      const lease = await bench.lease(connection);
      await bench.store.mailbox.settle(lease, await bench.claim(lease), aDeath());
      expect((await bench.claim(lease)).id).toBe(next.id);
      expect(await bench.store.mailbox.claimNext(lease, NOON_MS + HOUR_MS)).toBeNull();
    });

    it('holds back nothing of another Connection that happens to name the same subject', async () => {
      const [busy, other] = [await bench.connection(), await bench.connection()];
      await bench.store.mailbox.append(aMessage(busy, { subject: 'item-1' }));
      await bench.claim(await bench.lease(busy));
      const message = aMessage(other, { subject: 'item-1' });
      await bench.store.mailbox.append(message);
      expect((await bench.claim(await bench.lease(other))).id).toBe(message.id);
    });

    it('takes what an expired lease left running again, in its old place, as another attempt', async () => {
      const connection = await bench.connection();
      const [left, later] = [aMessage(connection), aMessage(connection)];
      await bench.store.mailbox.append(left);
      await bench.store.mailbox.append(later);
      await bench.claim(await bench.lease(connection));
      const successor = await bench.lease(connection, NOON_MS + TTL_MS + 1);
      expect(await bench.claim(successor, NOON_MS + TTL_MS + 1)).toMatchObject({ id: left.id, attempt: 2 });
      expect(await bench.claim(successor, NOON_MS + TTL_MS + 1)).toMatchObject({ id: later.id, attempt: 1 });
    });

    it('takes what a released lease left running again at once', async () => {
      const connection = await bench.connection();
      const left = aMessage(connection);
      await bench.store.mailbox.append(left);
      const lease = await bench.lease(connection);
      await bench.claim(lease);
      await bench.store.leases.release(lease);
      expect(await bench.claim(await bench.lease(connection))).toMatchObject({ id: left.id, attempt: 2 });
    });

    it('takes nothing under a lease that was taken over', async () => {
      const connection = await bench.connection();
      await bench.store.mailbox.append(aMessage(connection));
      const stale = await bench.lease(connection);
      await bench.lease(connection, NOON_MS + TTL_MS + 1);
      expect(await bench.store.mailbox.claimNext(stale, NOON_MS + TTL_MS + 1)).toBe('stale');
      expect(await bench.store.runs(connection.connectionId)).toMatchObject([{ status: 'queued', attempt: 0 }]);
    });

    it('takes nothing under a lease that was released', async () => {
      const connection = await bench.connection();
      await bench.store.mailbox.append(aMessage(connection));
      const lease = await bench.lease(connection);
      await bench.store.leases.release(lease);
      expect(await bench.store.mailbox.claimNext(lease, NOON_MS)).toBe('stale');
    });
  });
}
