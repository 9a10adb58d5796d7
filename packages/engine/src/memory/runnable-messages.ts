import type { StoredMessage } from './memory-state.ts';

/**
 * The messages of one Connection that are not held back by an earlier one about the same subject, oldest first: each
 * waits for its time alone, or was left running.
 */
export function* unheldMessages(messages: readonly StoredMessage[]): Generator<StoredMessage> {
  const held = new Set<string>();
  for (const message of messages) {
    if (message.state === 'dead') continue;
    if (message.subject !== null) {
      if (held.has(message.subject)) continue;
      held.add(message.subject);
    }
    yield message;
  }
}
