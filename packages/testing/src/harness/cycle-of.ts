import type { Cycle } from '../space/space-state.ts';

/**
 * The chain that a connector's write belongs to, as the server decides it: what its headers say, else a new chain of its
 * own. An origin without a hop is one step in.
 */
export function cycleOf(headers: Headers, connectionId: string): Cycle {
  const origin = headers.get('x-marfa-cycle-origin');
  const hop = Number(headers.get('x-marfa-cycle-hop') ?? '1');
  return {
    originating_connection_id: origin ?? connectionId,
    hop_count: Number.isInteger(hop) ? Math.max(1, hop) : 1,
  };
}
