import type { Clock } from '../ports/clock.ts';
import type { Lease, Leases } from '../ports/leases.ts';
import type { OnFault } from './fault.ts';

export interface KeepLeaseOptions {
  leases: Leases;
  clock: Clock;
  ttlMs: number;
  onFault: OnFault;
}

export interface KeptLease {
  /** Aborted when the lease is lost: taken over, or not renewed in time because the store failed. */
  lost: AbortSignal;
  stop(): void;
}

/** Renews a lease three times in its life until it is stopped or the lease is lost. */
export function keepLease(lease: Lease, { leases, clock, ttlMs, onFault }: KeepLeaseOptions): KeptLease {
  const lost = new AbortController();
  let heldUntilMs = clock.nowMs() + ttlMs;
  let isStopped = false;
  let cancel = schedule();

  function schedule(): () => void {
    return clock.at(clock.nowMs() + ttlMs / 3, () => void beat());
  }

  async function beat(): Promise<void> {
    const nowMs = clock.nowMs();
    let isHeld = true;
    try {
      isHeld = await leases.renew(lease, nowMs, ttlMs);
      if (isHeld) heldUntilMs = nowMs + ttlMs;
    } catch (error) {
      onFault(error, { task: 'lease', connectionId: lease.connectionId });
      // Another host may have taken it from then on, and two must not run one Connection.
      isHeld = clock.nowMs() < heldUntilMs;
    }
    if (isStopped) return;
    if (isHeld) cancel = schedule();
    else lost.abort();
  }

  return {
    lost: lost.signal,
    stop() {
      isStopped = true;
      cancel();
    },
  };
}
