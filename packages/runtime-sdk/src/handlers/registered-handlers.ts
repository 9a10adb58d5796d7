import type { ConnectorHandlers } from './handler-types.ts';

const REGISTRY = Symbol.for('@withmarfa/runtime-sdk/handlers');

/**
 * The handlers of this process. They hang on the global object, because a process may load this package twice, as ESM
 * and as CommonJS or in two versions, and the copy that registers need not be the copy that dispatches.
 */
export function registeredHandlers(): ConnectorHandlers {
  const home = globalThis as { [REGISTRY]?: ConnectorHandlers };
  home[REGISTRY] ??= {};
  return home[REGISTRY];
}
