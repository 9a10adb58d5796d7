import type { ConnectorMessage } from '../host/protocol.ts';

/** The process channel to the host that started this process. */
export interface HostChannel {
  send(message: ConnectorMessage): void;
  /** @returns once everything sent so far is handed over, or cannot be any more. */
  flush(): Promise<void>;
  onMessage(listener: (message: unknown) => void): void;
  onClose(listener: () => void): void;
}

/** @returns null when no host started this process with a channel. */
export function openHostChannel(process: NodeJS.Process): HostChannel | null {
  if (process.send === undefined) return null;
  let last: Promise<void> = Promise.resolve();
  return {
    send(message) {
      const handed = new Promise<void>((resolve) => {
        // A host that has gone is told of by 'disconnect'; a failed send has nobody to report to.
        if (process.connected) process.send?.(message, undefined, undefined, () => resolve());
        else resolve();
      });
      last = Promise.all([last, handed]).then(() => undefined);
    },
    flush: () => last,
    onMessage: (listener) => void process.on('message', listener),
    onClose: (listener) => void process.once('disconnect', listener),
  };
}
