#!/usr/bin/env node
import type { Server } from 'node:http';
import process from 'node:process';
import { MarfaError } from '@withmarfa/shared';
import { assertNodeVersion } from './assert-node-version.ts';
import { readEnvironment } from './env.ts';

/** Everything that works is given this long to finish when the server is told to stop. */
const STOP_WITHIN_MS = 25_000;
/** Of that, what requests under way are given. */
const REQUESTS_WITHIN_MS = 5000;

const USAGE = `marfa-server               starts the server
marfa-server rotate-keys   seals everything under the newest key of MARFA_AUTH_SECRET, while servers run
`;

assertNodeVersion(process.versions.node);
await run(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(
    `\nMarfa could not start.\n${MarfaError.is(error) ? error.message : ((error as Error).stack ?? String(error))}\n\n`,
  );
  process.exit(1);
});

async function run([command, ...rest]: string[]): Promise<void> {
  if (command === undefined) return main();
  if (command === 'rotate-keys' && rest.length === 0) return rotate();
  const asksForHelp = ['help', '--help', '-h'].includes(command);
  (asksForHelp ? process.stdout : process.stderr).write(USAGE);
  process.exitCode = asksForHelp ? 0 : 2;
}

async function rotate(): Promise<void> {
  const environment = readEnvironment(process.env, process.cwd());
  const [{ createLogger }, { rotateKeys }] = await Promise.all([
    import('./platform/logger.ts'),
    import('./wiring/rotate-keys.ts'),
  ]);
  const { lines, complete } = await rotateKeys(environment, createLogger(environment.logLevel));
  process.stdout.write(`${lines.join('\n')}\n`);
  process.stdout.write(
    complete
      ? 'Everything is sealed under the newest key; the others can be taken off the list.\n'
      : 'Some secrets were sealed under a key that is not on the list. Add it, and run this again.\n',
  );
  process.exitCode = complete ? 0 : 1;
}

async function main(): Promise<void> {
  const environment = readEnvironment(process.env, process.cwd());
  // Loaded late: the database driver must not even be read by a Node that it would crash.
  const [{ createLogger }, { wire }, { createHttpServer }, { newId }] = await Promise.all([
    import('./platform/logger.ts'),
    import('./wiring.ts'),
    import('./http/create-http-server.ts'),
    import('./platform/ids.ts'),
  ]);
  const logger = createLogger(environment.logLevel);
  const marfa = await wire(environment, logger, process.cwd());
  const server = createHttpServer(marfa.listener, { newId, hsts: environment.hsts });
  try {
    await listen(server, environment.port, environment.host);
  } catch (error) {
    await marfa.stopRuns();
    await marfa.stop();
    throw error;
  }
  await marfa.start(server);
  stopOnSignal(server, marfa, logger);
  const link = await marfa.setupLink();
  process.stdout.write(greeting(marfa.publicUrl(), link));
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explainListen(error, port, host)));
    server.listen(port, host, resolve);
  });
}

function explainListen(error: NodeJS.ErrnoException, port: number, host: string): Error {
  if (error.code === 'EADDRINUSE') {
    return new MarfaError(
      'storage_unavailable',
      `Port ${port} on ${host} is in use by another program. Stop it, or start with another one: PORT=8700 npm start`,
      { cause: error },
    );
  }
  if (error.code === 'EACCES') {
    return new MarfaError(
      'storage_unavailable',
      `This user may not listen on port ${port}. Choose one above 1023: PORT=8600 npm start`,
      { cause: error },
    );
  }
  return new MarfaError('storage_unavailable', `The server cannot listen on ${host}:${port}: ${error.message}`, {
    cause: error,
  });
}

function stopOnSignal(
  server: Server,
  marfa: { stopRuns(): Promise<void>; stop(): Promise<void> },
  logger: { info(text: string): void; error(fields: object, text: string): void },
): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) return;
    stopping = true;
    logger.info(`${signal}: stopping`);
    setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
    stopInOrder(server, marfa)
      .then(() => process.exit(0))
      .catch((error: unknown) => {
        logger.error({ error }, 'the stop was not clean');
        process.exit(1);
      });
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

/** Runs end first, and need the API until then; then requests under way; then what both stand on. */
async function stopInOrder(server: Server, marfa: { stopRuns(): Promise<void>; stop(): Promise<void> }): Promise<void> {
  await marfa.stopRuns();
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  const cutOff = setTimeout(() => server.closeAllConnections(), REQUESTS_WITHIN_MS);
  await closed;
  clearTimeout(cutOff);
  await marfa.stop();
}

function greeting(url: string, setupLink: string | null): string {
  const next = setupLink
    ? `Open this link once to create the owner's account:\n\n    ${setupLink}\n\nIt ends when it has been used, or when the server stops.`
    : `Sign in at ${url}/`;
  return `\nMarfa is listening on ${url}\n\n${next}\n\n`;
}
