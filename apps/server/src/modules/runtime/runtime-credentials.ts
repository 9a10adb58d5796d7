import type { RuntimeCredential } from '@withmarfa/runtime-sdk/host';
import { type AxisPermissions, type Cycle, MarfaError, type TypePermissions } from '@withmarfa/shared';
import type { Database, Transaction } from '../../platform/database/database.ts';
import type { ConnectionRow, ConnectionsService } from '../connections/index.ts';
import type { KeysService } from '../keys/index.ts';

/** What may narrow a credential below the Connection's consent. */
export interface MintOptions {
  label?: string;
  source?: string;
  ttlSeconds: number;
  /** The chain that a run's writes belong to; absent, they begin one. */
  cycle?: Cycle;
  typePermissions?: TypePermissions | undefined;
  extensionPermissions?: AxisPermissions | undefined;
  edgePermissions?: AxisPermissions | undefined;
}

export interface RuntimeCredentials {
  /** @throws MarfaError `connection_not_found`, or `forbidden` when it is uninstalled, or when more is asked than was consented to. */
  mint(
    transaction: Transaction,
    spaceId: string,
    connectionId: string,
    options: MintOptions,
  ): ReturnType<KeysService['mintRuntimeKey']>;
  /** A credential for the SDK in a connector process; null when the Connection is gone. */
  forRun(spaceId: string, connectionId: string, cycle: Cycle): Promise<RuntimeCredential | null>;
}

export interface RuntimeCredentialsDeps {
  database: Database;
  keys: KeysService;
  connections: ConnectionsService;
  ttlSeconds: number;
}

/** Short-lived keys bound to one Connection, scoped to what its person consented to. */
export function createRuntimeCredentials({
  database,
  keys,
  connections,
  ttlSeconds,
}: RuntimeCredentialsDeps): RuntimeCredentials {
  async function mint(transaction: Transaction, spaceId: string, connectionId: string, options: MintOptions) {
    // Locked: an uninstall at the same moment either finds this key, or is found by it.
    const connection = await connections.lock(transaction, spaceId, connectionId);
    if (connection.active === 0 || connection.runtime_status === 'paused')
      throw new MarfaError('forbidden', 'The connection is not active.');
    return keys.mintRuntimeKey(transaction, {
      spaceId,
      connectionId,
      credentialId: connection.credential_id,
      label: options.label ?? `${connection.integration_name} runtime`,
      source: options.source ?? connection.source,
      ...narrowed(connection, options),
      cycle: options.cycle,
      ttlSeconds: options.ttlSeconds,
    });
  }

  return {
    mint,
    async forRun(spaceId, connectionId, cycle) {
      try {
        const { secret, expiresAt } = await database.write((transaction) =>
          mint(transaction, spaceId, connectionId, { ttlSeconds, cycle }),
        );
        return { api_key: secret.reveal(), expires_at_ms: expiresAt.getTime() };
      } catch (error) {
        if (MarfaError.is(error, 'connection_not_found') || MarfaError.is(error, 'forbidden')) return null;
        throw error;
      }
    },
  };
}

/** Asked-for permissions stay within the consent, entry by entry. */
function narrowed(connection: ConnectionRow, options: MintOptions) {
  return {
    typePermissions: within(JSON.parse(connection.type_permissions) as TypePermissions, options.typePermissions),
    extensionPermissions: within(
      JSON.parse(connection.extension_permissions) as AxisPermissions,
      options.extensionPermissions,
    ),
    edgePermissions: within(JSON.parse(connection.edge_permissions) as AxisPermissions, options.edgePermissions),
  };
}

function within<Map extends Record<string, string>>(consented: Map, asked: Map | undefined): Map {
  if (asked === undefined) return consented;
  const wider = Object.entries(asked).filter(
    ([name, level]) => level !== 'none' && consented[name] !== level && consented[name] !== 'write',
  );
  if (wider.length > 0) {
    throw new MarfaError(
      'forbidden',
      `A runtime credential is never wider than the connection's consent: ${wider.map(([name, level]) => `${name}:${level}`).join(', ')}.`,
    );
  }
  return asked;
}
