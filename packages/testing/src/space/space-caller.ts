import { type Grant, type IntegrationManifest, noPermissions } from '@withmarfa/shared';
import type { Cycle } from './space-state.ts';

/** Who writes: the name that is stamped on items, what it may do, and the chain its writes belong to. */
export interface SpaceCaller {
  source: string;
  /** Null for people. */
  connectionId: string | null;
  grant: Grant;
  cycle: Cycle;
}

/** Somebody with all rights in the space, whose writes begin a chain. */
export function aPerson(source: string): SpaceCaller {
  return {
    source,
    connectionId: null,
    grant: { role: 'tenant_admin', ...noPermissions() },
    cycle: { originating_connection_id: null, hop_count: 0 },
  };
}

/**
 * The Connection under test, with what its manifest is granted at install and nothing else.
 * @param manifest null when it is not known: every type may be written.
 */
export function aRuntime(options: {
  source: string;
  connectionId: string;
  manifest: IntegrationManifest | null;
  cycle: Cycle;
}): SpaceCaller {
  const { source, connectionId, manifest, cycle } = options;
  const types = manifest ? manifest.target_types : ['*'];
  return {
    source,
    connectionId,
    cycle,
    grant: {
      role: 'member',
      type_permissions: Object.fromEntries(types.map((type) => [type, 'write'])),
      extension_permissions: { ...manifest?.permissions.extension, 'connection.runtime': 'write' },
      edge_permissions: manifest ? (manifest.permissions.edge ?? {}) : { '*': 'write' },
      metadata_permissions: {},
    },
  };
}
