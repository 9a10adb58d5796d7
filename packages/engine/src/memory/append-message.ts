import type { AppendResult, NewMessage } from '../ports/mailbox.ts';
import { foldMessages } from '../runs/fold-messages.ts';
import { copyJson } from './copy-json.ts';
import type { MemoryState } from './memory-state.ts';

/** Inserts a message and its queued run record, or refuses it; one synchronous act. */
export function appendMessage(state: MemoryState, message: NewMessage): AppendResult {
  const { id, connectionId, dedupeKey, coalesceKey } = message;
  const messages = state.messages.get(connectionId) ?? [];
  const keys = state.dedupeKeys.get(connectionId) ?? new Set();
  if (dedupeKey !== undefined && keys.has(dedupeKey)) return { accepted: false, reason: 'duplicate' };
  const waiting = messages.find((other) => coalesceKey !== undefined && isWaitingWith(other, coalesceKey));
  if (waiting) {
    waiting.message = copyJson(foldMessages(waiting.message, message.message));
    return { accepted: false, reason: 'already_waiting' };
  }
  messages.push({
    id,
    spaceId: message.spaceId,
    connectionId,
    message: copyJson(message.message),
    subject: message.subject ?? null,
    attempt: 0,
    queuedAtMs: message.queuedAtMs,
    state: 'waiting',
    coalesceKey: coalesceKey ?? null,
    notBeforeMs: Number.NEGATIVE_INFINITY,
    fence: 0,
    reason: null,
  });
  if (dedupeKey !== undefined) keys.add(dedupeKey);
  state.messages.set(connectionId, messages);
  state.dedupeKeys.set(connectionId, keys);
  state.runs.set(id, {
    id,
    connection_id: connectionId,
    trigger: message.message.kind,
    status: 'queued',
    attempt: 0,
    queued_at: new Date(message.queuedAtMs).toISOString(),
    started_at: null,
    finished_at: null,
    items_created: 0,
    items_updated: 0,
    ...(message.replayOf === undefined ? {} : { replay_of: message.replayOf }),
  });
  return { accepted: true };
}

function isWaitingWith(message: { state: string; coalesceKey: string | null }, key: string): boolean {
  return message.state === 'waiting' && message.coalesceKey === key;
}
