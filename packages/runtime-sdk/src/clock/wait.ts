import type { Clock } from './clock.ts';

/**
 * Waits for `ms` milliseconds.
 * @throws the signal's reason, as soon as it fires.
 */
export function wait(ms: number, options: { clock: Clock; signal: AbortSignal }): Promise<void> {
  const { clock, signal } = options;
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const stop = () => {
      cancel();
      reject(signal.reason);
    };
    const cancel = clock.after(ms, () => {
      signal.removeEventListener('abort', stop);
      resolve();
    });
    signal.addEventListener('abort', stop, { once: true });
  });
}
