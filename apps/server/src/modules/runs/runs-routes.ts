import { getRun, listRuns, runConnection } from '@withmarfa/shared';
import { answer, type Mount } from '../../http/mount-endpoint.ts';
import type { Caller } from '../../platform/caller.ts';
import type { Database } from '../../platform/database/database.ts';
import type { ConnectionsService } from '../connections/index.ts';
import type { RunsService } from './runs-service.ts';

/** Queues a run of a Connection at somebody's request. */
export interface RunStarter {
  /** @throws MarfaError `validation_error` when it cannot be run, `runtime_not_available` when nothing here runs it. */
  start(caller: Caller, connectionId: string): Promise<{ runId: string; integrationName: string }>;
}

export interface RunRoutesDeps {
  database: Database;
  connections: ConnectionsService;
  runs: RunsService;
  starter: RunStarter;
}

export function mountRunRoutes(mount: Mount, { database, connections, runs, starter }: RunRoutesDeps): void {
  mount.endpoint(runConnection, async ({ params }, caller) => {
    const { runId, integrationName } = await starter.start(caller, params.id);
    return answer(202, { connection_id: params.id, integration_name: integrationName, queued: true, run_id: runId });
  });

  mount.endpoint(listRuns, async ({ params, query }, caller) => {
    await connections.require(database.read, caller.spaceId, params.id);
    return answer(200, await runs.list(caller.spaceId, params.id, query));
  });

  mount.endpoint(getRun, async ({ params }, caller) => {
    await connections.require(database.read, caller.spaceId, params.id);
    return answer(200, await runs.get(caller.spaceId, params.id, params.run_id));
  });
}
