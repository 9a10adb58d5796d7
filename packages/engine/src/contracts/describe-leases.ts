import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Lease } from '../ports/leases.ts';
import { aConnection } from './a-connection.ts';
import type { EngineStore } from './engine-store.ts';
import { NOON_MS } from './noon.ts';

const TTL_MS = 30_000;
const EXPIRED_MS = NOON_MS + TTL_MS + 1;

/**
 * What every lease store must do.
 * @param name of the implementation, for the report.
 * @param createStore opens a store; it may hold other Connections already.
 */
export function describeLeases(name: string, createStore: () => Promise<EngineStore>): void {
  describe(`leases (${name})`, () => {
    let store: EngineStore;
    beforeAll(async () => {
      store = await createStore();
    });
    afterAll(async () => store.close());

    async function freshConnectionId(): Promise<string> {
      const connection = aConnection();
      await store.putConnection(connection);
      return connection.connectionId;
    }

    async function mustAcquire(connectionId: string, holder: string, nowMs = NOON_MS): Promise<Lease> {
      const lease = await store.leases.acquire(connectionId, holder, nowMs, TTL_MS);
      if (!lease) throw new Error('expected a lease, but another one lives');
      return lease;
    }

    it('gives the first who asks a lease in its name', async () => {
      const connectionId = await freshConnectionId();
      expect(await mustAcquire(connectionId, 'host-a')).toMatchObject({ connectionId, holder: 'host-a' });
    });

    it.each(['host-b', 'host-a'])('refuses %s while the lease of host-a lives', async (holder) => {
      const connectionId = await freshConnectionId();
      await mustAcquire(connectionId, 'host-a');
      expect(await store.leases.acquire(connectionId, holder, NOON_MS + TTL_MS - 1, TTL_MS)).toBeNull();
    });

    it('gives one of twenty who ask at once a lease', async () => {
      const connectionId = await freshConnectionId();
      const asked = Array.from({ length: 20 }, (_, index) =>
        store.leases.acquire(connectionId, `host-${index}`, NOON_MS, TTL_MS),
      );
      expect((await Promise.all(asked)).filter((lease) => lease !== null)).toHaveLength(1);
    });

    it('gives one of twenty who ask at once for an expired one a lease', async () => {
      const connectionId = await freshConnectionId();
      await mustAcquire(connectionId, 'host-a');
      const asked = Array.from({ length: 20 }, (_, index) =>
        store.leases.acquire(connectionId, `host-${index}`, EXPIRED_MS, TTL_MS),
      );
      expect((await Promise.all(asked)).filter((lease) => lease !== null)).toHaveLength(1);
    });

    it('keeps two Connections apart', async () => {
      const [one, other] = [await freshConnectionId(), await freshConnectionId()];
      await mustAcquire(one, 'host-a');
      expect(await store.leases.acquire(other, 'host-b', NOON_MS, TTL_MS)).not.toBeNull();
    });

    it('raises the fence with every holder, after an expiry and after a release', async () => {
      const connectionId = await freshConnectionId();
      const first = await mustAcquire(connectionId, 'host-a');
      const second = await mustAcquire(connectionId, 'host-a', EXPIRED_MS);
      expect(second.fence).toBeGreaterThan(first.fence);
      await store.leases.release(second);
      const third = await mustAcquire(connectionId, 'host-a', EXPIRED_MS);
      expect(third.fence).toBeGreaterThan(second.fence);
    });

    it('lives on for as long as it is renewed', async () => {
      const connectionId = await freshConnectionId();
      const lease = await mustAcquire(connectionId, 'host-a');
      expect(await store.leases.renew(lease, NOON_MS + 20_000, TTL_MS)).toBe(true);
      expect(await store.leases.acquire(connectionId, 'host-b', EXPIRED_MS, TTL_MS)).toBeNull();
      expect(await store.leases.acquire(connectionId, 'host-b', NOON_MS + 50_001, TTL_MS)).not.toBeNull();
    });

    it('can be renewed after it expired as long as nobody has taken it', async () => {
      const connectionId = await freshConnectionId();
      const lease = await mustAcquire(connectionId, 'host-a');
      expect(await store.leases.renew(lease, EXPIRED_MS, TTL_MS)).toBe(true);
      expect(await store.leases.acquire(connectionId, 'host-b', EXPIRED_MS, TTL_MS)).toBeNull();
    });

    it('cannot be renewed once it was taken over, not even by the same holder', async () => {
      const connectionId = await freshConnectionId();
      const stale = await mustAcquire(connectionId, 'host-a');
      await mustAcquire(connectionId, 'host-a', EXPIRED_MS);
      expect(await store.leases.renew(stale, EXPIRED_MS, TTL_MS)).toBe(false);
      expect(await store.leases.acquire(connectionId, 'host-b', EXPIRED_MS + TTL_MS + 1, TTL_MS)).not.toBeNull();
    });

    it('cannot be renewed once it was released', async () => {
      const connectionId = await freshConnectionId();
      const lease = await mustAcquire(connectionId, 'host-a');
      await store.leases.release(lease);
      expect(await store.leases.renew(lease, NOON_MS, TTL_MS)).toBe(false);
      expect(await store.leases.acquire(connectionId, 'host-b', NOON_MS, TTL_MS)).not.toBeNull();
    });

    it('is free at once when it is released', async () => {
      const connectionId = await freshConnectionId();
      await store.leases.release(await mustAcquire(connectionId, 'host-a'));
      expect(await store.leases.acquire(connectionId, 'host-b', NOON_MS, TTL_MS)).not.toBeNull();
    });

    it('does not end its successor when it is released too late', async () => {
      const connectionId = await freshConnectionId();
      const stale = await mustAcquire(connectionId, 'host-a');
      const current = await mustAcquire(connectionId, 'host-a', EXPIRED_MS);
      await store.leases.release(stale);
      expect(await store.leases.acquire(connectionId, 'host-b', EXPIRED_MS, TTL_MS)).toBeNull();
      expect(await store.leases.renew(current, EXPIRED_MS, TTL_MS)).toBe(true);
    });
  });
}
