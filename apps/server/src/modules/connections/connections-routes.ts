import { installConnection, uninstallConnection } from '@withmarfa/shared';
import { answer, type Mount } from '../../http/mount-endpoint.ts';
import type { Database } from '../../platform/database/database.ts';
import type { ConnectionsService } from './connections-service.ts';
import type { Installer } from './install/install-connection.ts';

export interface ConnectionRoutesDeps {
  database: Database;
  connections: ConnectionsService;
  installer: Installer;
}

export function mountConnectionRoutes(mount: Mount, { database, connections, installer }: ConnectionRoutesDeps): void {
  mount.endpoint(installConnection, async ({ body }, caller) => answer(201, await installer.install(caller, body)));

  mount.endpoint(uninstallConnection, async ({ params }, caller) =>
    answer(200, await database.write((transaction) => connections.uninstall(transaction, caller, params.id))),
  );
}
