import { MarfaError } from '@withmarfa/shared';
import type { Clock } from '../ports/clock.ts';
import type { EnginePorts } from '../ports/engine-ports.ts';
import { fireDueRenewals } from '../renewals/fire-due-renewals.ts';
import { fireDueSchedules } from '../schedule/fire-due-schedules.ts';
import { drainConnection } from './drain-connection.ts';
import { createDrainPool } from './drain-pool.ts';
import type { OnFault } from './fault.ts';
import { createLoop } from './loop.ts';

const DEFAULT_RUN_TIMEOUT_MS = 120_000;
const DEFAULT_LEASE_TTL_MS = 30_000;
const DEFAULT_TURN = { maxMessages: 20, maxMs: 10_000 };
/** However far off the next tick is: another host may have armed one meanwhile, or the clock may have been set. */
const LONGEST_SCHEDULE_SLEEP_MS = 30_000;
/** Whatever the store says: a tick that stays due although nothing can be fired must not spin. */
const SHORTEST_SCHEDULE_SLEEP_MS = 250;
const SWEEP_INTERVAL_MS = 30_000;
const FULL_SWEEP_INTERVAL_MS = 1000;
const SWEEP_LIMIT = 1000;
const FAULTY_SCHEDULE_SLEEP_MS = 5000;

export interface DispatcherOptions {
  ports: EnginePorts;
  clock: Clock;
  /** Ids of messages, which are also those of their runs. */
  newId: () => string;
  /** Numbers from 0 up to, but not including, 1. */
  random: () => number;
  /** Names this process in its leases; another one for every start. */
  holder: string;
  maxConcurrentDrains: number;
  /**
   * Lets a drain begin when there is room for it; by default at once. A host that runs integrations in pools of their own
   * holds a drain back here, before it claims anything, so that one integration's long runs keep no other waiting.
   */
  admit?: <Result>(connectionId: string, drain: () => Promise<Result>) => Promise<Result>;
  /** Default 120 s. */
  runTimeoutMs?: number;
  /** Default 30 s: as long is waited before the mail of a host that died is taken up by another one. */
  leaseTtlMs?: number;
  /** When a drain gives way to other Connections; default after 20 messages or 10 s. */
  turn?: { maxMessages: number; maxMs: number };
  onFault: OnFault;
}

export interface ManualRequest {
  spaceId: string;
  connectionId: string;
  integrationName: string;
  /** Who asked, as it stands in the message. */
  requestedBy: string;
}

export interface Dispatcher {
  /** Tells that a Connection has mail, or will have at `atMs`. Losing the call loses no message, only time. */
  ring(connectionId: string, atMs?: number): void;
  /** Appends a manual run and rings. It is kept once this resolves, whether or not the dispatcher is started. */
  enqueueManual(request: ManualRequest): Promise<{ runId: string }>;
  start(): void;
  /**
   * Claims nothing more, waits for what runs, and after `graceMs` cuts it short; what was cut short stays running in
   * the store until the next start takes it up again. A stopped dispatcher is not started again.
   */
  stop(options: { graceMs: number }): Promise<void>;
}

/** Wakes Connections, drains their mailboxes and fires their schedules, for one process. */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { ports, clock, newId, random, holder, maxConcurrentDrains, onFault } = options;
  const { admit = (_connectionId, drain) => drain() } = options;
  const { runTimeoutMs = DEFAULT_RUN_TIMEOUT_MS, leaseTtlMs = DEFAULT_LEASE_TTL_MS, turn = DEFAULT_TURN } = options;
  const noMoreClaims = new AbortController();
  const cutShort = new AbortController();
  let isStarted = false;
  let stopping: Promise<void> | null = null;

  const pool = createDrainPool({
    clock,
    random,
    maxConcurrentDrains,
    takenDelayMs: leaseTtlMs,
    drain: (connectionId) =>
      admit(connectionId, () =>
        drainConnection(connectionId, {
          ports,
          clock,
          random,
          holder,
          leaseTtlMs,
          runTimeoutMs,
          turn,
          noMoreClaims: noMoreClaims.signal,
          cutShort: cutShort.signal,
          onRenewalPlanned: (atMs) => renewals.wakeBy(atMs),
          onFault,
        }),
      ),
    onFault,
  });

  const schedules = createLoop({
    clock,
    random,
    async task() {
      const { faults } = await fireDueSchedules({
        schedules: ports.schedules,
        clock,
        newId,
        ring: pool.ring,
        onFault: (error, { connectionId }) => onFault(error, { task: 'schedule', connectionId }),
        signal: noMoreClaims.signal,
      });
      return faults > 0 ? FAULTY_SCHEDULE_SLEEP_MS : sleepUntil(await ports.schedules.nextDueAtMs());
    },
    onFault: (error) => onFault(error, { task: 'schedule' }),
  });

  const renewals = createLoop({
    clock,
    random,
    async task() {
      const { faults } = await fireDueRenewals({
        renewals: ports.renewals,
        clock,
        newId,
        ring: pool.ring,
        onFault: (error, { connectionId }) => onFault(error, { task: 'renewal', connectionId }),
        signal: noMoreClaims.signal,
      });
      return faults > 0 ? FAULTY_SCHEDULE_SLEEP_MS : sleepUntil(await ports.renewals.nextDueAtMs());
    },
    onFault: (error) => onFault(error, { task: 'renewal' }),
  });

  const sweep = createLoop({
    clock,
    random,
    async task() {
      const found = await ports.mailbox.connectionsWithMail(clock.nowMs(), SWEEP_LIMIT);
      for (const connectionId of found) pool.ring(connectionId);
      return found.length < SWEEP_LIMIT ? SWEEP_INTERVAL_MS : FULL_SWEEP_INTERVAL_MS;
    },
    onFault: (error) => onFault(error, { task: 'sweep' }),
  });

  function sleepUntil(nextMs: number | null): number {
    if (nextMs === null) return LONGEST_SCHEDULE_SLEEP_MS;
    return Math.min(Math.max(nextMs - clock.nowMs(), SHORTEST_SCHEDULE_SLEEP_MS), LONGEST_SCHEDULE_SLEEP_MS);
  }

  async function stop(graceMs: number): Promise<void> {
    noMoreClaims.abort();
    const cancelGrace = clock.at(clock.nowMs() + graceMs, () => cutShort.abort());
    await Promise.all([schedules.stop(), renewals.stop(), sweep.stop(), pool.stop()]);
    cancelGrace();
  }

  return {
    ring: pool.ring,
    async enqueueManual({ spaceId, connectionId, integrationName, requestedBy }) {
      const id = newId();
      const nowMs = clock.nowMs();
      const result = await ports.mailbox.append({
        id,
        spaceId,
        connectionId,
        message: {
          kind: 'manual',
          integration_name: integrationName,
          connection_id: connectionId,
          tenant_id: spaceId,
          requested_at_ms: nowMs,
          requested_by: requestedBy,
        },
        queuedAtMs: nowMs,
      });
      if (!result.accepted) {
        throw new MarfaError('internal_error', 'The mailbox refused a message that has no key to be refused by.');
      }
      pool.ring(connectionId);
      return { runId: id };
    },
    start() {
      if (isStarted || stopping) return;
      isStarted = true;
      pool.start();
      schedules.start();
      renewals.start();
      sweep.start();
    },
    stop({ graceMs }) {
      stopping ??= stop(graceMs);
      return stopping;
    },
  };
}
