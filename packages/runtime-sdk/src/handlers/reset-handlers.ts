import { registeredHandlers } from './registered-handlers.ts';

/** Forgets every handler of this process; for tests. */
export function _resetHandlers(): void {
  const handlers = registeredHandlers();
  for (const kind of Object.keys(handlers) as (keyof typeof handlers)[]) delete handlers[kind];
}
