import type { ArmedSchedule, Schedules } from '../ports/schedules.ts';
import { appendMessage } from './append-message.ts';
import { copyJson } from './copy-json.ts';
import type { MemoryState } from './memory-state.ts';

export function createMemorySchedules(state: MemoryState): Schedules {
  /** Earliest first, without those whose Connection is revoked or paused. */
  function running(): ArmedSchedule[] {
    return [...state.schedules.values()]
      .filter(({ connectionId }) => {
        const connection = state.connections.get(connectionId);
        return connection?.active === true && connection.runtimeStatus !== 'paused';
      })
      .sort((left, right) => left.dueAtMs - right.dueAtMs);
  }

  return {
    async arm(schedule) {
      state.schedules.set(schedule.connectionId, copyJson(schedule));
    },
    async disarm(connectionId) {
      state.schedules.delete(connectionId);
    },
    async due(nowMs, limit) {
      return running()
        .filter(({ dueAtMs }) => dueAtMs <= nowMs)
        .slice(0, limit)
        .map(copyJson);
    },
    async nextDueAtMs() {
      return running()[0]?.dueAtMs ?? null;
    },
    async claim(schedule, next, message) {
      const stored = state.schedules.get(schedule.connectionId);
      if (stored?.tickAtMs !== schedule.tickAtMs || stored.dueAtMs !== schedule.dueAtMs) return 'lost';
      if (next) state.schedules.set(schedule.connectionId, { ...stored, ...next });
      else state.schedules.delete(schedule.connectionId);
      return appendMessage(state, message).accepted ? 'fired' : 'already_waiting';
    },
  };
}
