import { createTenant, getTenant, listTenants } from '@withmarfa/shared';
import { answer, type Mount } from '../../http/mount-endpoint.ts';
import type { Database } from '../../platform/database/database.ts';
import type { AuditService } from '../audit/index.ts';
import type { SpacesService } from '../spaces/index.ts';
import type { KeysService } from './keys-service.ts';

/** Spaces and their first keys: a tenant_admin may do everything in its own space, extensions included. */
export function mountTenantRoutes(
  mount: Mount,
  deps: { database: Database; spaces: SpacesService; keys: KeysService; audit: AuditService },
): void {
  const { database, spaces, keys, audit } = deps;

  mount.endpoint(createTenant, async ({ body }, caller) => {
    const result = await database.write(async (transaction) => {
      const tenant = await spaces.create(transaction, body.name);
      const made = await keys.createUnchecked(transaction, tenant.id, {
        label: `${body.name} administrator`.slice(0, 200),
        source: 'administrator',
        role: 'tenant_admin',
        default_tier: 'library',
        is_platform: false,
        type_permissions: {},
        extension_permissions: { '*': 'write' },
        edge_permissions: {},
        metadata_permissions: {},
      });
      await audit.record(transaction, caller, {
        action: 'tenant.create',
        resource_type: 'tenant',
        resource_id: tenant.id,
      });
      return { tenant, key: { ...made.key, key: made.secret.reveal() } };
    });
    return answer(201, result);
  });

  mount.endpoint(listTenants, async () => answer(200, { tenants: await spaces.list() }));
  mount.endpoint(getTenant, async ({ params }) => answer(200, await spaces.get(params.id)));
}
