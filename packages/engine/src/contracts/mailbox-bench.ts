import type { ConnectionSnapshot } from '../ports/connections.ts';
import type { Lease } from '../ports/leases.ts';
import type { ClaimedMessage } from '../ports/mailbox.ts';
import { aConnection } from './a-connection.ts';
import type { EngineStore } from './engine-store.ts';
import { NOON_MS } from './noon.ts';

export const TTL_MS = 30_000;

/** What a mailbox test says over and over: a Connection, its lease, its next message. */
export interface MailboxBench {
  store: EngineStore;
  connection(overrides?: Partial<ConnectionSnapshot>): Promise<ConnectionSnapshot>;
  /** @throws when another lease lives. */
  lease(connection: ConnectionSnapshot, nowMs?: number): Promise<Lease>;
  /** @throws when nothing is runnable or the lease is stale. */
  claim(lease: Lease, nowMs?: number): Promise<ClaimedMessage>;
  /** Claims all that is runnable without ending any of it. */
  claimAll(lease: Lease, nowMs?: number): Promise<string[]>;
}

export function createMailboxBench(store: EngineStore): MailboxBench {
  return {
    store,
    async connection(overrides) {
      const connection = aConnection(overrides);
      await store.putConnection(connection);
      return connection;
    },
    async lease({ connectionId }, nowMs = NOON_MS) {
      const lease = await store.leases.acquire(connectionId, crypto.randomUUID(), nowMs, TTL_MS);
      if (!lease) throw new Error('expected a lease, but another one lives');
      return lease;
    },
    async claim(lease, nowMs = NOON_MS) {
      const claimed = await store.mailbox.claimNext(lease, nowMs);
      if (claimed === null || claimed === 'stale') throw new Error(`expected a message, got ${claimed}`);
      return claimed;
    },
    async claimAll(lease, nowMs = NOON_MS) {
      const ids: string[] = [];
      for (;;) {
        const claimed = await store.mailbox.claimNext(lease, nowMs);
        if (claimed === null || claimed === 'stale') return ids;
        ids.push(claimed.id);
      }
    },
  };
}
