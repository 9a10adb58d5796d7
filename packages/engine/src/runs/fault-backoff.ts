const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;

/**
 * How long to leave a faulty store alone.
 * @param faults how many came in a row, from 1.
 * @param random numbers from 0 up to, but not including, 1.
 * @returns milliseconds.
 */
export function computeFaultBackoffMs(faults: number, random: () => number): number {
  const steadyMs = Math.min(FIRST_DELAY_MS * 2 ** (faults - 1), LONGEST_DELAY_MS);
  return Math.ceil(steadyMs * (0.5 + 0.5 * random()));
}
