/** Milliseconds since the epoch, and a timer that can be stopped. */
export interface Clock {
  nowMs(): number;
  /**
   * Calls back once, after the time from now until `atMs` has passed; at once (but never inside this call) when it
   * already has. The wait is measured from this call on: setting the wall clock neither shortens nor lengthens it.
   * @returns a way to stop it.
   */
  at(atMs: number, callback: () => void): () => void;
}
