import type { EventRow } from '../../platform/database/settled-events.ts';

const MAX_EVENTS = 1000;
const MAX_CHARACTERS = 4 * 1024 * 1024;

/** What a follower has still to be sent, as long as that is little; beyond, it is dropped and read from the log again. */
export interface EventBacklog {
  /** Begins to keep what comes in, from nothing. */
  open(): void;
  add(events: readonly EventRow[]): void;
  /** @returns what came in since the last time, or null when it was more than is kept. */
  take(): EventRow[] | null;
}

export function createEventBacklog(): EventBacklog {
  let kept: EventRow[] | null = null;
  let characters = 0;
  return {
    open() {
      kept = [];
      characters = 0;
    },
    add(events) {
      for (const event of events) {
        if (!kept) return;
        kept.push(event);
        characters += event.payload.length;
        if (kept.length > MAX_EVENTS || characters > MAX_CHARACTERS) kept = null;
      }
    },
    take() {
      const taken = kept;
      if (taken && taken.length > 0) {
        kept = [];
        characters = 0;
      }
      return taken;
    },
  };
}
