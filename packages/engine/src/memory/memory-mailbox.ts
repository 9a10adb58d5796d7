import type { ClaimedMessage, Mailbox } from '../ports/mailbox.ts';
import { isHeld } from '../runs/is-held.ts';
import { appendMessage } from './append-message.ts';
import { copyJson } from './copy-json.ts';
import { isCurrent } from './memory-leases.ts';
import type { MemoryState, StoredMessage } from './memory-state.ts';
import { unheldMessages } from './runnable-messages.ts';
import { settleAttempt } from './settle-attempt.ts';

export function createMemoryMailbox(state: MemoryState): Mailbox {
  return {
    async append(message) {
      return appendMessage(state, message);
    },
    async claimNext(lease, nowMs) {
      if (!isCurrent(state, lease)) return 'stale';
      for (const message of runnableOf(state, lease.connectionId)) {
        const runnable = message.state === 'waiting' ? message.notBeforeMs <= nowMs : message.fence < lease.fence;
        if (!runnable) continue;
        message.state = 'running';
        message.fence = lease.fence;
        message.attempt += 1;
        const run = state.runs.get(message.id);
        if (run) {
          run.status = 'running';
          run.attempt = message.attempt;
          run.started_at = new Date(nowMs).toISOString();
        }
        return toClaimed(message);
      }
      return null;
    },
    async settle(lease, claimed, settlement) {
      if (!isCurrent(state, lease)) return false;
      return settleAttempt(state, { lease, claimed, settlement: copyJson(settlement) });
    },
    async nextDueAtMs(connectionId) {
      let earliest: number | null = null;
      for (const message of runnableOf(state, connectionId)) {
        if (message.state !== 'waiting') continue;
        const dueAtMs = Math.max(message.notBeforeMs, message.queuedAtMs);
        if (earliest === null || dueAtMs < earliest) earliest = dueAtMs;
      }
      return earliest;
    },
    async connectionsWithMail(nowMs, limit) {
      const found: string[] = [];
      for (const connectionId of state.messages.keys()) {
        if (found.length >= limit) break;
        const lease = state.leases.get(connectionId);
        const leased = lease !== undefined && lease.expiresAtMs > nowMs;
        for (const message of runnableOf(state, connectionId)) {
          if (message.state === 'waiting' ? message.notBeforeMs <= nowMs : !leased) {
            found.push(connectionId);
            break;
          }
        }
      }
      return found;
    },
  };
}

function* runnableOf(state: MemoryState, connectionId: string): Generator<StoredMessage> {
  const status = state.connections.get(connectionId)?.runtimeStatus ?? 'healthy';
  for (const message of unheldMessages(state.messages.get(connectionId) ?? [])) {
    if (message.state === 'running' || !isHeld(message.message.kind, status)) yield message;
  }
}

function toClaimed(message: StoredMessage): ClaimedMessage {
  const { id, spaceId, connectionId, subject, attempt, queuedAtMs } = message;
  return { id, spaceId, connectionId, message: copyJson(message.message), subject, attempt, queuedAtMs };
}
