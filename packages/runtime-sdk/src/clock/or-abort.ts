/**
 * Waits for `work`, but no longer than until the signal fires. The work itself goes on; nobody waits for it.
 * @throws what `work` throws; the signal's reason, as soon as it fires.
 */
export function orAbort<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
