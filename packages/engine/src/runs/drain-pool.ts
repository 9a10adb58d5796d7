import type { Clock } from '../ports/clock.ts';
import type { DrainEnd } from './drain-connection.ts';
import type { OnFault } from './fault.ts';
import { computeFaultBackoffMs } from './fault-backoff.ts';

/** Whatever the store says: mail that stays due although none can be claimed must not spin. */
const IDLE_DELAY_MS = 250;

export interface DrainPoolOptions {
  clock: Clock;
  /** Numbers from 0 up to, but not including, 1. */
  random: () => number;
  maxConcurrentDrains: number;
  /** How long to wait before asking again for a lease that somebody else holds. */
  takenDelayMs: number;
  drain: (connectionId: string) => Promise<DrainEnd>;
  onFault: OnFault;
}

export interface DrainPool {
  /** Has a Connection drained, at once or when `atMs` has come. Ringing twice does no harm. */
  ring(connectionId: string, atMs?: number): void;
  start(): void;
  /** Starts no more drains; resolves when those that go on have ended. */
  stop(): Promise<void>;
}

/**
 * Wakes Connections at their time and drains a bounded number of them at once, in the order in which they were rung;
 * never one Connection twice at the same time.
 */
export function createDrainPool(options: DrainPoolOptions): DrainPool {
  const { clock, random, maxConcurrentDrains, takenDelayMs, drain, onFault } = options;
  let state: 'idle' | 'running' | 'stopped' = 'idle';
  /** In the order of ringing. A Connection that is rung while it drains stays here until that drain has ended. */
  const rung = new Set<string>();
  const draining = new Map<string, Promise<void>>();
  const faults = new Map<string, number>();
  // One timer for each Connection: the host keeps timers in order already, a second heap would be no faster.
  const timers = new Map<string, { atMs: number; cancel: () => void }>();

  function ring(connectionId: string, atMs: number = clock.nowMs()): void {
    if (state === 'stopped') return;
    if (atMs > clock.nowMs()) {
      ringLater(connectionId, atMs);
    } else {
      rung.add(connectionId);
      fill();
    }
  }

  function ringLater(connectionId: string, atMs: number): void {
    const timer = timers.get(connectionId);
    if (timer && timer.atMs <= atMs) return;
    timer?.cancel();
    const cancel = clock.at(atMs, () => {
      timers.delete(connectionId);
      rung.add(connectionId);
      fill();
    });
    timers.set(connectionId, { atMs, cancel });
  }

  function fill(): void {
    if (state !== 'running') return;
    for (const connectionId of rung) {
      if (draining.size >= maxConcurrentDrains) return;
      if (draining.has(connectionId)) continue;
      rung.delete(connectionId);
      draining.set(connectionId, drainOnce(connectionId));
    }
  }

  async function drainOnce(connectionId: string): Promise<void> {
    try {
      const end = await drain(connectionId);
      faults.delete(connectionId);
      ringAfter(connectionId, end);
    } catch (error) {
      onFault(error, { task: 'drain', connectionId });
      const count = (faults.get(connectionId) ?? 0) + 1;
      faults.set(connectionId, count);
      rung.delete(connectionId);
      ring(connectionId, clock.nowMs() + computeFaultBackoffMs(count, random));
    } finally {
      draining.delete(connectionId);
      fill();
    }
  }

  function ringAfter(connectionId: string, drained: DrainEnd): void {
    switch (drained.end) {
      case 'empty':
        if (drained.nextDueAtMs !== null) {
          ring(
            connectionId,
            Math.max(drained.nextDueAtMs, clock.nowMs() + (drained.handled === 0 ? IDLE_DELAY_MS : 0)),
          );
        }
        return;
      case 'turn_over':
        // To the back, even when it was rung meanwhile.
        rung.delete(connectionId);
        ring(connectionId);
        return;
      case 'taken':
        rung.delete(connectionId);
        ring(connectionId, clock.nowMs() + takenDelayMs);
        return;
      case 'stopped':
        return;
      default:
        drained satisfies never;
    }
  }

  return {
    ring,
    start() {
      if (state === 'idle') state = 'running';
      fill();
    },
    async stop() {
      state = 'stopped';
      for (const { cancel } of timers.values()) cancel();
      timers.clear();
      rung.clear();
      await Promise.all(draining.values());
    },
  };
}
