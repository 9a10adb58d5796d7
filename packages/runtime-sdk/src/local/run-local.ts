import process from 'node:process';
import type { IntegrationManifest } from '@withmarfa/shared';
import { systemClock } from '../clock/system-clock.ts';
import { parseOutboundAllow } from '../egress/parse-outbound-allow.ts';
import { RunEndedError } from '../errors/run-ended-error.ts';
import { registeredHandlers } from '../handlers/registered-handlers.ts';
import { OUTBOUND_ALLOW_VARIABLE } from '../host/protocol.ts';
import { describeError } from '../text/describe-error.ts';
import { createEgressFetch } from './create-egress-fetch.ts';
import { type HostChannel, openHostChannel } from './host-channel.ts';
import { type ServedRuns, serveRuns } from './serve-runs.ts';

/** Exit code of a process that cannot begin: started by hand, or with an outbound allow-list that makes no sense. */
const EXIT_CANNOT_BEGIN = 2;
const EXIT_CRASHED = 1;

/**
 * Runs a connector in this process for the Marfa server that started it; the last line of every `local.ts`. Announces
 * its manifest, handles what the server sends, and ends the process when the server closes the channel. An error outside any
 * run's reach ends it with a non-zero code after a log line. Without a server it says so and exits with code 2.
 * @param connector what `defineConnector` returned.
 */
export function runLocal(connector: { readonly manifest: IntegrationManifest }): void {
  const { name, version } = connector.manifest;
  const channel = openHostChannel(process);
  if (channel === null) {
    refuseToBegin(
      `${name} ${version} is a Marfa connector: a Marfa server starts this file by itself once the integration is installed, and it does nothing on its own.`,
    );
  }
  const egressFetch = egressFetchOf(process.env[OUTBOUND_ALLOW_VARIABLE]);
  if (!egressFetch.ok) refuseToBegin(egressFetch.reason);
  const runs = serveRuns(channel, {
    fetch: (input, init) => fetch(input, init),
    egressFetch: egressFetch.fetch,
    clock: systemClock,
    random: Math.random,
    complain,
  });
  endWithHost(channel, runs);
  endOnStrayErrors(channel, runs);
  const renews = registeredHandlers().renew !== undefined;
  channel.send({ type: 'ready', manifest: connector.manifest, ...(renews ? { renews } : {}) });
}

function egressFetchOf(allow: string | undefined): { ok: true; fetch: typeof fetch } | { ok: false; reason: string } {
  try {
    return { ok: true, fetch: createEgressFetch({ allow: parseOutboundAllow(allow) }) };
  } catch (error) {
    return { ok: false, reason: `${OUTBOUND_ALLOW_VARIABLE}: ${describeError(error)}` };
  }
}

function refuseToBegin(reason: string): never {
  complain(reason);
  process.exit(EXIT_CANNOT_BEGIN);
}

function endWithHost(channel: HostChannel, runs: ServedRuns): void {
  channel.onClose(() => {
    runs.stop();
    process.exit(0);
  });
  // A terminal sends Ctrl-C to the whole group; the host decides when its connectors end.
  process.on('SIGINT', () => undefined);
}

function endOnStrayErrors(channel: HostChannel, runs: ServedRuns): void {
  const crash = (error: unknown) => {
    const message = `The connector process ends after an error that no handler awaited: ${describeError(error)}`;
    complain(error instanceof Error && error.stack ? `${message}\n${error.stack}` : message);
    for (const run_id of runs.active()) channel.send({ type: 'log', run_id, level: 'error', message, fields: {} });
    void channel.flush().then(() => process.exit(EXIT_CRASHED));
  };
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', (error) => {
    // A call that a finished run left behind was refused. That is that run's slip, and no reason to end the others.
    if (RunEndedError.is(error)) complain(`A handler left a call behind that it did not await: ${error.message}`);
    else crash(error);
  });
}

function complain(text: string): void {
  process.stderr.write(`${text}\n`);
}
