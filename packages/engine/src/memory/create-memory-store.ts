import type { EngineStore } from '../contracts/engine-store.ts';
import type { ConnectionSnapshot } from '../ports/connections.ts';
import { copyJson } from './copy-json.ts';
import { createMemoryLeases } from './memory-leases.ts';
import { createMemoryMailbox } from './memory-mailbox.ts';
import { createMemoryRenewals } from './memory-renewals.ts';
import { createMemorySchedules } from './memory-schedules.ts';
import { createMemoryState, type StoredConnection } from './memory-state.ts';

export interface MemoryStore extends EngineStore {
  /** As `connections.load`, at once. */
  connection(connectionId: string): ConnectionSnapshot | null;
}

/** Every port that stores something, over one state in memory: for tests, and for a host that keeps nothing. */
export function createMemoryStore(): MemoryStore {
  const state = createMemoryState();

  function known(connectionId: string): StoredConnection {
    const connection = state.connections.get(connectionId);
    if (!connection) throw new RangeError(`no Connection ${connectionId} was put into this store`);
    return connection;
  }

  function connection(connectionId: string): ConnectionSnapshot | null {
    const stored = state.connections.get(connectionId);
    if (!stored) return null;
    const { lastSyncAtMs: _sync, lastErrorAtMs: _error, renewalRow, ...snapshot } = copyJson(stored);
    return { ...snapshot, scheduleArmed: state.schedules.has(connectionId), renewalTold: renewalRow !== null };
  }

  return {
    mailbox: createMemoryMailbox(state),
    leases: createMemoryLeases(state),
    schedules: createMemorySchedules(state),
    renewals: createMemoryRenewals(state),
    connections: { load: async (connectionId) => connection(connectionId) },
    connection,
    async putConnection(given) {
      const before = state.connections.get(given.connectionId);
      state.connections.set(given.connectionId, {
        ...copyJson(given),
        lastSyncAtMs: before?.lastSyncAtMs ?? null,
        lastErrorAtMs: before?.lastErrorAtMs ?? null,
        registrations: before?.registrations ?? [],
        renewalRow: before?.renewalRow ?? null,
      });
    },
    async runs(connectionId) {
      return [...state.runs.values()].filter((run) => run.connection_id === connectionId).map(copyJson);
    },
    async activity(connectionId) {
      return copyJson(state.activity.get(connectionId) ?? []);
    },
    async cursors(connectionId) {
      return copyJson(known(connectionId).cursors);
    },
    async health(connectionId) {
      const { runtimeStatus, consecutiveFailures, actionRequired, lastSyncAtMs, lastErrorAtMs } = known(connectionId);
      return { runtimeStatus, consecutiveFailures, actionRequired, lastSyncAtMs, lastErrorAtMs };
    },
    renewalDueAtMs: async (connectionId) => state.renewals.get(connectionId)?.dueAtMs ?? null,
    async close() {},
  };
}
