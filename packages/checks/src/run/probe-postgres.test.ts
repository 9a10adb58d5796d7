import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { probePostgres } from './probe-postgres.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.close();
    await once(server, 'close');
  }
});

/** A server that answers the first bytes it gets, and keeps them. */
async function startServer(answer: Buffer): Promise<{ port: number; received: () => Buffer }> {
  let received = Buffer.alloc(0);
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      socket.end(answer);
    });
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, received: () => received };
}

function authentication(code: number): Buffer {
  const answer = Buffer.alloc(9);
  answer.write('R');
  answer.writeInt32BE(8, 1);
  answer.writeInt32BE(code, 5);
  return answer;
}

const probe = (port: number) => probePostgres({ host: '127.0.0.1', port, user: 'postgres' });

describe('asking whether Postgres lets one in', () => {
  it('says yes to a server that asks for no password, after a proper start-up message', async () => {
    const server = await startServer(authentication(0));
    expect(await probe(server.port)).toBe(true);
    expect(server.received().readInt32BE(0)).toBe(server.received().length);
    expect(server.received().toString('latin1', 8)).toBe('user\0postgres\0database\0postgres\0\0');
  });

  it('says no to a server that asks for a password', async () => {
    const server = await startServer(authentication(10));
    expect(await probe(server.port)).toBe(false);
  });

  it('says no to something that is not Postgres, or hangs up', async () => {
    expect(await probe((await startServer(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'))).port)).toBe(false);
    expect(await probe((await startServer(Buffer.alloc(0))).port)).toBe(false);
  });

  it('says no when nobody listens', async () => {
    const server = await startServer(Buffer.alloc(0));
    const [closed] = servers.splice(0);
    closed?.close();
    expect(await probe(server.port)).toBe(false);
  });
});
