import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { computeRuntimeStatus } from './runtime-status.ts';

describe('the runtime status', () => {
  it.each([
    [0, 'healthy'],
    [1, 'degraded'],
    [2, 'degraded'],
    [3, 'failing'],
    [100, 'failing'],
  ] as const)('after %i failures in a row is %s', (failures, expected) => {
    for (const current of ['healthy', 'degraded', 'failing'] as const) {
      expect(computeRuntimeStatus(current, failures)).toBe(expected);
    }
  });

  it.each(['paused', 'reauth_required'] as const)('stays %s whatever happens', (current) => {
    fc.assert(
      fc.property(fc.nat(), (failures) => {
        expect(computeRuntimeStatus(current, failures)).toBe(current);
      }),
    );
  });
});
