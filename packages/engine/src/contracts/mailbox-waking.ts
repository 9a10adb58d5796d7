import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aMessage } from './a-message.ts';
import { aDeath, aRetry, aSettlement } from './a-settlement.ts';
import type { EngineStore } from './engine-store.ts';
import { createMailboxBench, type MailboxBench, TTL_MS } from './mailbox-bench.ts';
import { NOON_MS } from './noon.ts';

/** More than any database of a test run holds. */
const ALL = 100_000;

export function describeWaking(createStore: () => Promise<EngineStore>): void {
  describe('telling when to come back', () => {
    let bench: MailboxBench;
    beforeAll(async () => {
      bench = createMailboxBench(await createStore());
    });
    afterAll(async () => bench.store.close());

    it('is never for an empty mailbox, and for one whose messages are all running, gone or dead', async () => {
      const connection = await bench.connection();
      expect(await bench.store.mailbox.nextDueAtMs(connection.connectionId)).toBeNull();
      const lease = await bench.lease(connection);
      for (const settlement of [aSettlement(), aDeath()]) {
        await bench.store.mailbox.append(aMessage(connection));
        const claimed = await bench.claim(lease);
        expect(await bench.store.mailbox.nextDueAtMs(connection.connectionId)).toBeNull();
        await bench.store.mailbox.settle(lease, claimed, settlement);
        expect(await bench.store.mailbox.nextDueAtMs(connection.connectionId)).toBeNull();
      }
    });

    it('is at once for a message that was never tried', async () => {
      const connection = await bench.connection();
      await bench.store.mailbox.append(aMessage(connection));
      const dueAtMs = await bench.store.mailbox.nextDueAtMs(connection.connectionId);
      expect(dueAtMs).not.toBeNull();
      expect(dueAtMs).toBeLessThanOrEqual(NOON_MS);
    });

    it('is the earliest of all retries', async () => {
      const connection = await bench.connection();
      const lease = await bench.lease(connection);
      for (const delayMs of [20_000, 5000, 10_000]) {
        await bench.store.mailbox.append(aMessage(connection));
        await bench.store.mailbox.settle(lease, await bench.claim(lease), aRetry(NOON_MS + delayMs));
      }
      expect(await bench.store.mailbox.nextDueAtMs(connection.connectionId)).toBe(NOON_MS + 5000);
    });

    it('is not sooner for a message whose subject a retry holds', async () => {
      const connection = await bench.connection();
      const lease = await bench.lease(connection);
      await bench.store.mailbox.append(aMessage(connection, { subject: 'item-1' }));
      await bench.store.mailbox.append(aMessage(connection, { subject: 'item-1' }));
      await bench.store.mailbox.settle(lease, await bench.claim(lease), aRetry(NOON_MS + 5000));
      expect(await bench.store.mailbox.nextDueAtMs(connection.connectionId)).toBe(NOON_MS + 5000);
    });
  });

  describe('finding Connections with mail', () => {
    let bench: MailboxBench;
    beforeAll(async () => {
      bench = createMailboxBench(await createStore());
    });
    afterAll(async () => bench.store.close());

    it('names a Connection with a waiting message, once', async () => {
      const connection = await bench.connection();
      await bench.store.mailbox.append(aMessage(connection));
      await bench.store.mailbox.append(aMessage(connection));
      const found = await bench.store.mailbox.connectionsWithMail(NOON_MS, ALL);
      expect(found.filter((id) => id === connection.connectionId)).toHaveLength(1);
    });

    it('names a Connection with a retry when its time has come, and not before', async () => {
      const connection = await bench.connection();
      await bench.store.mailbox.append(aMessage(connection));
      const lease = await bench.lease(connection);
      await bench.store.mailbox.settle(lease, await bench.claim(lease), aRetry(NOON_MS + 5000));
      await bench.store.leases.release(lease);
      const { connectionId } = connection;
      expect(await bench.store.mailbox.connectionsWithMail(NOON_MS + 4999, ALL)).not.toContain(connectionId);
      expect(await bench.store.mailbox.connectionsWithMail(NOON_MS + 5000, ALL)).toContain(connectionId);
    });

    it('names a Connection with a message that an expired lease left running, and not while the lease lives', async () => {
      const connection = await bench.connection();
      await bench.store.mailbox.append(aMessage(connection));
      await bench.claim(await bench.lease(connection));
      const { connectionId } = connection;
      expect(await bench.store.mailbox.connectionsWithMail(NOON_MS + TTL_MS - 1, ALL)).not.toContain(connectionId);
      expect(await bench.store.mailbox.connectionsWithMail(NOON_MS + TTL_MS + 1, ALL)).toContain(connectionId);
    });

    it('names a Connection with a message that a released lease left running', async () => {
      const connection = await bench.connection();
      await bench.store.mailbox.append(aMessage(connection));
      const lease = await bench.lease(connection);
      await bench.claim(lease);
      await bench.store.leases.release(lease);
      expect(await bench.store.mailbox.connectionsWithMail(NOON_MS, ALL)).toContain(connection.connectionId);
    });

    it('does not name a Connection whose messages are gone or dead', async () => {
      const connection = await bench.connection();
      const lease = await bench.lease(connection);
      for (const settlement of [aSettlement(), aDeath()]) {
        await bench.store.mailbox.append(aMessage(connection));
        await bench.store.mailbox.settle(lease, await bench.claim(lease), settlement);
      }
      const found = await bench.store.mailbox.connectionsWithMail(NOON_MS + TTL_MS + 1, ALL);
      expect(found).not.toContain(connection.connectionId);
    });

    it('names as many as it is asked for at the most', async () => {
      for (const connection of [await bench.connection(), await bench.connection()]) {
        await bench.store.mailbox.append(aMessage(connection));
      }
      expect(await bench.store.mailbox.connectionsWithMail(NOON_MS, 1)).toHaveLength(1);
    });
  });
}
