import type { Lease, Leases } from '../ports/leases.ts';
import type { MemoryState } from './memory-state.ts';

/** @returns whether `lease` is the Connection's current one. */
export function isCurrent(state: MemoryState, lease: Lease): boolean {
  const stored = state.leases.get(lease.connectionId);
  return stored !== undefined && stored.holder !== null && stored.fence === lease.fence;
}

export function createMemoryLeases(state: MemoryState): Leases {
  return {
    async acquire(connectionId, holder, nowMs, ttlMs) {
      const stored = state.leases.get(connectionId);
      if (stored && stored.expiresAtMs > nowMs) return null;
      const fence = (stored?.fence ?? 0) + 1;
      state.leases.set(connectionId, { holder, fence, expiresAtMs: nowMs + ttlMs });
      return { connectionId, holder, fence };
    },
    async renew(lease, nowMs, ttlMs) {
      if (!isCurrent(state, lease)) return false;
      state.leases.set(lease.connectionId, { holder: lease.holder, fence: lease.fence, expiresAtMs: nowMs + ttlMs });
      return true;
    },
    async release(lease) {
      if (!isCurrent(state, lease)) return;
      state.leases.set(lease.connectionId, { holder: null, fence: lease.fence, expiresAtMs: 0 });
    },
  };
}
