import { createHash } from 'node:crypto';
import {
  compareSemver,
  type Integration,
  type IntegrationManifest,
  type IntegrationProperties,
  MarfaError,
  parseManifest,
  withoutBuild,
} from '@withmarfa/shared';
import { LRUCache } from 'lru-cache';
import type { Queryable, Transaction } from '../../platform/database/database.ts';
import { NULL_SPACE_ID } from '../../platform/database/null-space.ts';
import type { Platform } from '../../platform/platform.ts';
import { insertSystemItem, PLATFORM_SOURCE } from '../../platform/system-items.ts';

/** Manifests that are kept at hand: each call through the proxy looks at one. */
const MAX_MANIFESTS = 1000;

export interface IntegrationsService {
  /** @throws MarfaError `validation_error`, `manifest_schema_unsupported`, or `conflict` when the version is registered. */
  register(transaction: Transaction, manifest: unknown, source: string): Promise<Integration>;
  /** Registers a manifest unless this very one is registered already. @returns false when the version holds another manifest. */
  ensure(transaction: Transaction, manifest: unknown): Promise<boolean>;
  list(options: { name?: string | undefined; limit: number }): Promise<Integration[]>;
  get(id: string): Promise<Integration>;
  /** Every registered version of an integration. */
  versionsOf(name: string): Promise<Integration[]>;
  /** The manifest of a registered version, which never changes. @throws MarfaError `integration_not_found`. */
  manifestOf(id: string): Promise<IntegrationManifest>;
}

/** Registered manifests: catalogue rows in the null space, one per (name, version), never edited. */
export function createIntegrationsService({ database, newId, now }: Platform): IntegrationsService {
  const manifests = new LRUCache<string, IntegrationManifest>({ max: MAX_MANIFESTS });

  async function insert(
    transaction: Transaction,
    manifest: IntegrationManifest,
    source: string,
  ): Promise<Integration | null> {
    const id = newId();
    const at = now();
    const properties: IntegrationProperties = {
      manifest_name: manifest.name,
      manifest_version: manifest.version,
      publisher: manifest.publisher,
      summary: manifest.description,
      direction: manifest.direction,
      runtime_compatibility: manifest.runtime_compatibility,
      registered_at: at.toISOString(),
      manifest,
    };
    // The version is claimed before its item is there; a lost claim leaves nothing to undo.
    if (await findRegistered(transaction, manifest)) return null;
    await insertSystemItem(transaction, {
      id,
      spaceId: NULL_SPACE_ID,
      type: 'system.integration',
      properties,
      source,
      at,
    });
    const claim = await transaction
      .insertInto('integrations')
      .values({ id, name: manifest.name, version_key: withoutBuild(manifest.version), content_hash: hashOf(manifest) })
      .onConflict((conflict) => conflict.columns(['name', 'version_key']).doNothing())
      .executeTakeFirst();
    if ((claim.numInsertedOrUpdatedRows ?? 0n) > 0n) return { id, ...properties };
    await transaction.deleteFrom('items').where('id', '=', id).execute();
    return null;
  }

  function findRegistered(queryable: Queryable, { name, version }: { name: string; version: string }) {
    return queryable
      .selectFrom('integrations')
      .select(['id', 'content_hash'])
      .where('name', '=', name)
      .where('version_key', '=', withoutBuild(version))
      .executeTakeFirst();
  }

  const rows = () =>
    database.read
      .selectFrom('integrations')
      .innerJoin('items', 'items.id', 'integrations.id')
      .select(['items.id', 'items.properties']);

  async function get(id: string): Promise<Integration> {
    const row = await rows().where('integrations.id', '=', id).executeTakeFirst();
    if (!row) throw new MarfaError('integration_not_found', 'There is no such integration.');
    return toIntegration(row);
  }

  return {
    async register(transaction, input, source) {
      const manifest = parseManifest(input);
      const integration = await insert(transaction, manifest, source);
      if (integration) return integration;
      throw new MarfaError(
        'conflict',
        `${manifest.name} ${manifest.version} is registered already, and a registered version never changes. Raise the version.`,
        {
          details: { issues: [{ path: '$.manifest.version', message: 'already registered' }] },
        },
      );
    },

    async ensure(transaction, input) {
      const manifest = parseManifest(input);
      if (await insert(transaction, manifest, PLATFORM_SOURCE)) return true;
      const registered = await findRegistered(transaction, manifest);
      return registered?.content_hash === hashOf(manifest);
    },

    async list({ name, limit }) {
      const all = await rows()
        .$if(name !== undefined, (select) => select.where('integrations.name', '=', name ?? ''))
        .execute();
      return all
        .map(toIntegration)
        .sort(
          (a, b) =>
            a.manifest_name.localeCompare(b.manifest_name, 'en') ||
            compareSemver(b.manifest_version, a.manifest_version),
        )
        .slice(0, limit);
    },

    get,

    async versionsOf(name) {
      return (await rows().where('integrations.name', '=', name).execute()).map(toIntegration);
    },

    async manifestOf(id) {
      const known = manifests.get(id);
      if (known) return known;
      const { manifest } = await get(id);
      manifests.set(id, manifest);
      return manifest;
    },
  };
}

function toIntegration(row: { id: string; properties: string }): Integration {
  return { id: row.id, ...(JSON.parse(row.properties) as IntegrationProperties) };
}

/** SHA-256 over the manifest with its keys in order, so that the same content has the same hash however it was written. */
function hashOf(manifest: IntegrationManifest): string {
  return createHash('sha256')
    .update(JSON.stringify(inKeyOrder(manifest)))
    .digest('hex');
}

function inKeyOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inKeyOrder);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, inKeyOrder(inner)]),
  );
}
