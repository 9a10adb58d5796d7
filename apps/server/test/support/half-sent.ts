import { connect, type Socket } from 'node:net';

/** Deliveries of which the server has read the head and a half of the body. */
export interface HalfSent {
  /** Sends the rest. @returns the status of each answer. */
  finish(): Promise<number[]>;
  close(): void;
}

/** Opens so many connections, each with a delivery that stops in the middle. */
export async function sendHalves(
  count: number,
  {
    port,
    path,
    delivery,
  }: { port: number; path: string; delivery: (index: number) => { headers: Record<string, string>; body: Uint8Array } },
): Promise<HalfSent> {
  const open = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const { headers, body } = delivery(index);
      const half = body.length >> 1;
      const socket = connect(port, '127.0.0.1').setEncoding('latin1');
      // The server asks for the body once it is ready to read it.
      const asked = nextLine(socket);
      const head = { host: 'x', expect: '100-continue', 'content-length': String(body.length), ...headers };
      const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}`);
      socket.write(`POST ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
      const line = await asked;
      if (!line.startsWith('HTTP/1.1 100')) throw new Error(`not asked for the body: ${line}`);
      await new Promise<void>((resolve) => socket.write(body.subarray(0, half), () => resolve()));
      return { socket, rest: body.subarray(half) };
    }),
  );
  return {
    finish: () =>
      Promise.all(
        open.map(async ({ socket, rest }) => {
          const answer = nextLine(socket);
          socket.write(rest);
          return Number((await answer).split(' ')[1]);
        }),
      ),
    close() {
      for (const { socket } of open) socket.destroy();
    },
  };
}

function nextLine(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('data', (text) => resolve(String(text).split('\r\n')[0] ?? ''));
  });
}
