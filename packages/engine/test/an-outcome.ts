import type { AttemptOutcome } from '../src/ports/runner.ts';

/** A success that found nothing. */
export function anOutcome(overrides: Partial<AttemptOutcome> = {}): AttemptOutcome {
  return { result: { ok: true }, cursorSet: {}, cursorCleared: [], itemsCreated: 0, itemsUpdated: 0, ...overrides };
}

/** A failure; tried again unless told. */
export function aFailure({ retry = true, reason = 'upstream is down' } = {}): AttemptOutcome {
  return anOutcome({ result: { ok: false, retry, reason } });
}
