import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

const CHANNEL = 'net.client.socket';

/** Notes every address that a socket of this process sets out to reach, from the moment it is called. */
export function watchDials(): { dialled: string[]; [Symbol.dispose](): void } {
  const dialled: string[] = [];
  const listener = (message: unknown) => {
    const { socket } = message as { socket: Socket };
    socket.on('connectionAttempt', (address: string) => dialled.push(address));
  };
  subscribe(CHANNEL, listener);
  return { dialled, [Symbol.dispose]: () => void unsubscribe(CHANNEL, listener) };
}
