import { connect } from 'node:net';

export interface PostgresAddress {
  host: string;
  port: number;
  user: string;
  /** Default 2,000. */
  timeoutMs?: number;
}

const PROTOCOL_3_0 = 196_608;
const AUTHENTICATION = 'R'.charCodeAt(0);

/**
 * Asks whether a Postgres server lets `user` in without a password.
 * @returns true only when the server answers the start-up message with "authentication ok".
 * @see PostgreSQL documentation, Frontend/Backend Protocol, Message Formats: StartupMessage and AuthenticationOk
 */
export function probePostgres({ host, port, user, timeoutMs = 2_000 }: PostgresAddress): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host, port });
  const settle = (isOpen: boolean) => {
    socket.destroy();
    resolve(isOpen);
  };
  let received = Buffer.alloc(0);
  socket.setTimeout(timeoutMs, () => settle(false));
  socket.on('error', () => settle(false));
  socket.on('close', () => settle(false));
  socket.on('connect', () => socket.write(startupMessage(user)));
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    if (received.length >= 9) settle(received[0] === AUTHENTICATION && received.readInt32BE(5) === 0);
  });
  return promise;
}

function startupMessage(user: string): Buffer {
  const parameters = Buffer.from(`user\0${user}\0database\0${user}\0\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(head.length + parameters.length, 0);
  head.writeInt32BE(PROTOCOL_3_0, 4);
  return Buffer.concat([head, parameters]);
}
