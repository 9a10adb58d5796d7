import type { PlannedRenewal, Renewals } from '../ports/renewals.ts';
import type { RenewalEnd } from '../runs/settlement.ts';
import { appendMessage } from './append-message.ts';
import { copyJson } from './copy-json.ts';
import type { MemoryState, StoredConnection } from './memory-state.ts';

export function createMemoryRenewals(state: MemoryState): Renewals {
  /** Earliest first, without those whose Connection is revoked. */
  function planned(): PlannedRenewal[] {
    return [...state.renewals.values()]
      .filter(({ connectionId }) => state.connections.get(connectionId)?.active === true)
      .sort((left, right) => left.dueAtMs - right.dueAtMs);
  }

  return {
    async due(nowMs, limit) {
      return planned()
        .filter(({ dueAtMs }) => dueAtMs <= nowMs)
        .slice(0, limit)
        .map(copyJson);
    },
    async nextDueAtMs() {
      return planned()[0]?.dueAtMs ?? null;
    },
    async claim({ connectionId, dueAtMs }, message) {
      if (state.renewals.get(connectionId)?.dueAtMs !== dueAtMs) return 'lost';
      state.renewals.delete(connectionId);
      return appendMessage(state, message).accepted ? 'fired' : 'already_waiting';
    },
  };
}

/** Writes what the end of a renewal says. */
export function settleRenewal(
  state: MemoryState,
  connection: StoredConnection,
  { registrations, dueAtMs, trouble }: RenewalEnd,
): void {
  const { connectionId, spaceId, integrationName } = connection;
  if (registrations !== null) connection.registrations = registrations;
  if (dueAtMs === null) state.renewals.delete(connectionId);
  else state.renewals.set(connectionId, { connectionId, spaceId, integrationName, dueAtMs });
  if (trouble.state === 'keep') return;
  const rows = (state.activity.get(connectionId) ?? []).filter((row) => row !== connection.renewalRow);
  connection.renewalRow = trouble.state === 'told' ? trouble.row : null;
  state.activity.set(connectionId, trouble.state === 'told' ? [...rows, trouble.row] : rows);
}
