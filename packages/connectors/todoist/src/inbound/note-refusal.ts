import type { SyncState } from '../state/sync-state.ts';
import type { InboundReport } from './inbound-report.ts';

/** Notes that the space does not take a task: it is tried again at each run, and the person is told once. */
export function noteRefusal(
  task: string,
  reason: string,
  { state, report }: { state: SyncState; report: InboundReport },
): void {
  // Not in this run again.
  state.parked.set(task, state.now + 1);
  if (state.refused.has(task)) return;
  state.refused.add(task);
  report.refused.push({ task, reason });
}
