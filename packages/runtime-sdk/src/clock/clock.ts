/** Time, as everything in this package sees it. */
export interface Clock {
  /** @returns milliseconds since the epoch. */
  now(): number;
  /** Calls back once after `ms` milliseconds. @returns a function that takes the call back. */
  after(ms: number, callback: () => void): () => void;
}
