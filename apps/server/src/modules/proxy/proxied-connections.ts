import { MarfaError } from '@withmarfa/shared';
import type { Caller } from '../../platform/caller.ts';
import type { Platform } from '../../platform/platform.ts';
import { rememberUntilCommit } from '../../platform/remembered.ts';
import type { ConnectionRow, ConnectionsService } from '../connections/index.ts';

const MAX_CONNECTIONS = 1000;

export interface ProxiedConnections {
  /**
   * Finds a Connection for the runtime credential that is bound to it, or for one who runs its space.
   * @throws MarfaError `connection_not_found`, also for another Connection's credential and for another space; `forbidden`
   *   for a member.
   */
  find(caller: Caller, id: string): Promise<ConnectionRow>;
  /** As `find`, for a Connection that may call its upstream now. @throws MarfaError `forbidden` with what stands against it. */
  findWorking(caller: Caller, id: string): Promise<ConnectionRow>;
}

/** Who may act for a Connection towards its upstream. */
export function createProxiedConnections(
  { database }: Pick<Platform, 'database'>,
  connections: Pick<ConnectionsService, 'require'>,
): ProxiedConnections {
  const remembered = rememberUntilCommit<ConnectionRow>(database, MAX_CONNECTIONS);

  async function find(caller: Caller, id: string): Promise<ConnectionRow> {
    if (caller.connectionId !== null && caller.connectionId !== id) throw notFound();
    if (caller.connectionId === null && caller.role !== 'admin' && caller.role !== 'tenant_admin')
      throw new MarfaError('forbidden', 'This is for the connection itself, and for those who run its space.');
    const read = () => connections.require(database.apart.read, caller.spaceId, id);
    const row = await remembered.get(`${caller.spaceId} ${id}`, read);
    if (!row) throw notFound();
    return row;
  }

  return {
    find,
    async findWorking(caller, id) {
      const row = await find(caller, id);
      if (row.active === 0) throw new MarfaError('forbidden', `The connection ${row.label} has been uninstalled.`);
      if (row.runtime_status === 'paused') throw new MarfaError('forbidden', `The connection ${row.label} is paused.`);
      return row;
    },
  };
}

function notFound(): MarfaError {
  return new MarfaError('connection_not_found', 'There is no such connection.');
}
