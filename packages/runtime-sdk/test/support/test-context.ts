import { type BuiltContext, buildConnectionContext } from '@withmarfa/runtime-sdk';
import type { RunDependencies, RunRequest } from '@withmarfa/runtime-sdk/host';
import { aRunRequest, dependencies } from './builders.ts';

/** A context over real parts, and the controller that ends its run. */
export function aContext(
  overrides: { request?: Partial<RunRequest>; dependencies?: Partial<RunDependencies> } = {},
): BuiltContext & { ending: AbortController } {
  const ending = new AbortController();
  const built = buildConnectionContext(aRunRequest(overrides.request), {
    signal: ending.signal,
    dependencies: dependencies(overrides.dependencies),
  });
  return { ...built, ending };
}
