import type { Clock } from '../ports/clock.ts';
import type { EnginePorts } from '../ports/engine-ports.ts';
import type { Lease } from '../ports/leases.ts';
import type { ClaimedMessage } from '../ports/mailbox.ts';
import { decideInterrupted } from './decide-interrupted.ts';
import { decideSettlement } from './decide-settlement.ts';
import { decideSkip } from './decide-skip.ts';
import type { OnFault } from './fault.ts';
import { keepLease } from './keep-lease.ts';
import { runAttempt } from './run-attempt.ts';
import type { Settlement } from './settlement.ts';

export interface DrainOptions {
  ports: Omit<EnginePorts, 'schedules' | 'renewals'>;
  clock: Clock;
  /** Numbers from 0 up to, but not including, 1. */
  random: () => number;
  /** Names this process in the lease. */
  holder: string;
  leaseTtlMs: number;
  runTimeoutMs: number;
  /** The drain gives way to other Connections after so many messages, or when so much time has passed. */
  turn: { maxMessages: number; maxMs: number };
  /** Aborted: nothing more is claimed. */
  noMoreClaims: AbortSignal;
  /** Aborted: the run that goes on is left as it is, to be claimed again under the next lease. */
  cutShort: AbortSignal;
  /** Told when the end of a renewal has planned the next one. */
  onRenewalPlanned?: (atMs: number) => void;
  onFault: OnFault;
}

export type DrainEnd =
  /** Nothing is runnable after `handled` messages; `nextDueAtMs` tells when something will be, or null. */
  | { end: 'empty'; handled: number; nextDueAtMs: number | null }
  /** There may be more. */
  | { end: 'turn_over' }
  /** Somebody else holds the lease, or took it meanwhile. */
  | { end: 'taken' }
  | { end: 'stopped' };

/**
 * Reads one Connection's mailbox under a lease, one message at a time.
 * @throws what the store throws; what was running is then claimed again under the next lease.
 */
export async function drainConnection(connectionId: string, options: DrainOptions): Promise<DrainEnd> {
  const { ports, clock, holder, leaseTtlMs, onFault } = options;
  const lease = await ports.leases.acquire(connectionId, holder, clock.nowMs(), leaseTtlMs);
  if (!lease) return { end: 'taken' };
  const kept = keepLease(lease, { leases: ports.leases, clock, ttlMs: leaseTtlMs, onFault });
  let turn: Turn;
  try {
    turn = await drainTurn(lease, kept.lost, options);
  } catch (error) {
    kept.stop();
    await releaseAfterFault(lease, options);
    throw error;
  }
  kept.stop();
  await ports.leases.release(lease);
  // Asked only after the release: whoever appends from here on gets the lease himself, so no message is left unrung.
  if (turn.end !== 'empty') return { end: turn.end };
  return { end: turn.end, handled: turn.handled, nextDueAtMs: await ports.mailbox.nextDueAtMs(connectionId) };
}

interface Turn {
  end: DrainEnd['end'];
  handled: number;
}

async function releaseAfterFault(lease: Lease, { ports, onFault }: DrainOptions): Promise<void> {
  try {
    await ports.leases.release(lease);
  } catch (error) {
    onFault(error, { task: 'lease', connectionId: lease.connectionId });
  }
}

async function drainTurn(lease: Lease, lost: AbortSignal, options: DrainOptions): Promise<Turn> {
  const { clock, turn, noMoreClaims } = options;
  const startedMs = clock.nowMs();
  for (let handled = 0; ; handled += 1) {
    if (noMoreClaims.aborted) return { end: 'stopped', handled };
    if (lost.aborted) return { end: 'taken', handled };
    const isOver = handled >= turn.maxMessages || (handled > 0 && clock.nowMs() - startedMs >= turn.maxMs);
    if (isOver) return { end: 'turn_over', handled };
    const end = await drainOne(lease, lost, options);
    if (end !== null) return { end, handled };
  }
}

/** @returns why the drain ends, or null when it may go on. */
async function drainOne(lease: Lease, lost: AbortSignal, options: DrainOptions): Promise<DrainEnd['end'] | null> {
  const { ports, clock, cutShort } = options;
  const claimed = await ports.mailbox.claimNext(lease, clock.nowMs());
  if (claimed === null) return 'empty';
  if (claimed === 'stale') return 'taken';
  const settlement = await handle(claimed, lost, options);
  if (settlement === null) return cutShort.aborted ? 'stopped' : 'taken';
  if (!(await ports.mailbox.settle(lease, claimed, settlement))) return 'taken';
  const plannedMs = settlement.renewal?.dueAtMs ?? null;
  if (plannedMs !== null) options.onRenewalPlanned?.(plannedMs);
  return null;
}

async function handle(claimed: ClaimedMessage, lost: AbortSignal, options: DrainOptions): Promise<Settlement | null> {
  const { ports, clock, random, runTimeoutMs, cutShort } = options;
  const connection = await ports.connections.load(claimed.connectionId);
  if (connection === null) return decideSkip(claimed, connection, clock.nowMs());
  const unrun = decideSkip(claimed, connection, clock.nowMs()) ?? decideInterrupted(claimed, connection, clock.nowMs());
  if (unrun) return unrun;
  const outcome = await runAttempt(claimed, connection, { runner: ports.runner, clock, runTimeoutMs, lost, cutShort });
  return outcome && decideSettlement({ claimed, connection, outcome }, { nowMs: clock.nowMs(), random });
}
