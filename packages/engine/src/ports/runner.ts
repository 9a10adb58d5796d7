import type { HandlerResult, Registration } from '@withmarfa/shared';
import type { ConnectionSnapshot } from './connections.ts';
import type { ClaimedMessage } from './mailbox.ts';

/** How one attempt at a message ended, as its host tells it. */
export interface AttemptOutcome {
  result: HandlerResult;
  cursorSet: Record<string, unknown>;
  cursorCleared: readonly string[];
  itemsCreated: number;
  itemsUpdated: number;
  /** Set when the handler asked for its schedule to stop. */
  disarmReason?: string;
  /** Of a renewal: everything that is registered from now on; absent leaves what there was. */
  registrations?: readonly Registration[];
}

/**
 * Runs a connector's handler for one message. Never throws for what a connector does: a crash, a hang or a missing
 * handler is an outcome.
 */
export interface Runner {
  /**
   * @param options.signal aborted when the lease is lost or the host stops; the run is then cut short.
   * @param options.begin to be called when the handler is about to start: waiting for a free process is not the
   *   connector's fault, so its time counts from then. Returns the deadline, in milliseconds since the epoch.
   */
  run(
    message: ClaimedMessage,
    connection: ConnectionSnapshot,
    options: { signal: AbortSignal; begin: () => number },
  ): Promise<AttemptOutcome>;
}
