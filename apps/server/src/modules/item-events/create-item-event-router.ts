import type { Commits } from '../../platform/database/commits.ts';
import { createLogFollower } from '../../platform/event-log/create-log-follower.ts';
import { createLogWorker } from '../../platform/event-log/create-log-worker.ts';
import type { EventLog } from '../../platform/event-log/open-event-log.ts';
import type { Platform } from '../../platform/platform.ts';
import { beginningOfInterest } from './listeners.ts';
import { createTakeItemEvents, type TakeItemEventsDeps } from './take-item-events.ts';

/** Wakes Connections for what is written in their space, as long as the server runs. */
export interface ItemEventRouter {
  start(): void;
  stop(): Promise<void>;
}

export interface ItemEventRouterDeps extends TakeItemEventsDeps {
  platform: Platform;
  log: EventLog;
  commits: Commits;
}

/**
 * Follows the event log, whichever process wrote what is in it; of several processes one at a time does. A message is
 * written in the transaction that moves the place reached, so none is lost or doubled when a process dies.
 */
export function createItemEventRouter(deps: ItemEventRouterDeps): ItemEventRouter {
  const { platform, log, commits } = deps;
  const turn = createLogFollower({
    database: platform.database,
    log,
    follower: 'connections',
    beginning: beginningOfInterest,
    take: createTakeItemEvents(deps),
  });
  const fault = 'connections could not be told of items; it is tried again';
  const { start, stop } = createLogWorker({ commits, logger: platform.logger, turn, fault });
  return { start, stop };
}
