import { MarfaError, type PartState } from '@withmarfa/shared';

/** A part that does not answer within this counts as failed. */
const ANSWER_WITHIN_MS = 2000;
/** Probes may be many, and anybody may send them: what was found holds for so long. */
const FRESH_FOR_MS = 1000;

/** Looks at one part of the server. Throwing means that it failed. */
export type PartCheck = () => PartState | Promise<PartState>;
export type Parts = Record<string, PartState>;

export interface Readiness {
  /**
   * @returns the state of every part, each `ok` or `degraded`.
   * @throws MarfaError `storage_unavailable` or `runtime_not_available` with the parts beside it.
   */
  require(): Promise<Parts>;
}

/** @param checks by the name that the answer gives a part; `runtime` and those that keep data are told apart. */
export function createReadiness({
  checks,
  nowMs,
}: {
  checks: Readonly<Record<string, PartCheck>>;
  nowMs: () => number;
}): Readiness {
  let found: { parts: Promise<Parts>; atMs: number } | null = null;

  async function look(): Promise<Parts> {
    const states = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => [name, await withinTime(check)] as const),
    );
    return Object.fromEntries(states);
  }

  return {
    async require() {
      if (found === null || nowMs() - found.atMs > FRESH_FOR_MS) found = { parts: look(), atMs: nowMs() };
      const parts = await found.parts;
      const failed = Object.keys(parts).filter((name) => parts[name] === 'failed');
      if (failed.length === 0) return parts;
      throw new MarfaError(
        failed.every((name) => name === 'runtime') ? 'runtime_not_available' : 'storage_unavailable',
        `Not ready: ${failed.join(', ')}.`,
        { companions: { status: 'not_ready', parts } },
      );
    },
  };
}

async function withinTime(check: PartCheck): Promise<PartState> {
  const { promise: late, resolve } = Promise.withResolvers<PartState>();
  const timer = setTimeout(() => resolve('failed'), ANSWER_WITHIN_MS);
  try {
    return await Promise.race([Promise.resolve().then(check), late]);
  } catch {
    return 'failed';
  } finally {
    clearTimeout(timer);
  }
}
