import {
  approveUpgrade,
  installConnection,
  pauseConnection,
  planUpgrade,
  type RuntimeStatus,
  resumeConnection,
  uninstallConnection,
  updateConnection,
  upgradeConnection,
} from '@withmarfa/shared';
import { answer, type Mount } from '../../http/mount-endpoint.ts';
import type { Database } from '../../platform/database/database.ts';
import type { ConnectionsService } from './connections-service.ts';
import type { Installer } from './install/install-connection.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { Upgrader } from './upgrade/upgrade-connection.ts';

export interface ConnectionRoutesDeps {
  database: Database;
  connections: ConnectionsService;
  installer: Installer;
  lifecycle: Lifecycle;
  upgrader: Upgrader;
}

export function mountConnectionRoutes(mount: Mount, deps: ConnectionRoutesDeps): void {
  const { database, connections, installer, lifecycle, upgrader } = deps;
  mount.endpoint(installConnection, async ({ body }, caller) => answer(201, await installer.install(caller, body)));

  mount.endpoint(uninstallConnection, async ({ params }, caller) =>
    answer(200, await database.write((transaction) => connections.uninstall(transaction, caller, params.id))),
  );

  mount.endpoint(pauseConnection, async ({ params }, caller) =>
    answer(200, await database.write((transaction) => lifecycle.pause(transaction, caller, params.id))),
  );
  mount.endpoint(resumeConnection, async ({ params }, caller) =>
    answer(200, await database.write((transaction) => lifecycle.resume(transaction, caller, params.id))),
  );

  mount.endpoint(updateConnection, async ({ params, body }, caller) => {
    const row = await database.write((transaction) =>
      lifecycle.update(transaction, caller, { id: params.id, input: body }),
    );
    return answer(200, {
      connection_id: row.id,
      label: row.label,
      configuration: JSON.parse(row.configuration) as Record<string, unknown>,
      credential_ref: row.credential_ref,
      feed_activity: row.feed_activity === 1,
      runtime_status: row.runtime_status as RuntimeStatus,
    });
  });

  mount.endpoint(planUpgrade, async ({ params }, caller) => {
    const { current, candidate, delta } = await upgrader.plan(caller, params.id);
    return answer(200, {
      connection_id: params.id,
      current,
      candidate: candidate?.manifest_version ?? null,
      candidate_integration_ref: candidate?.id ?? null,
      delta,
      consent_lines: delta?.changes.map((change) => change.line) ?? [],
    });
  });
  mount.endpoint(upgradeConnection, async ({ params }, caller) =>
    answer(200, await upgrader.upgrade(caller, params.id)),
  );
  mount.endpoint(approveUpgrade, async ({ params, body }, caller) =>
    answer(200, await upgrader.upgrade(caller, params.id, body.to_version)),
  );
}
