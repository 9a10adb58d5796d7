import { getIntegration, listIntegrations, registerIntegration } from '@withmarfa/shared';
import { answer, type Mount } from '../../http/mount-endpoint.ts';
import type { Database } from '../../platform/database/database.ts';
import type { AuditService } from '../audit/index.ts';
import type { IntegrationsService } from './integrations-service.ts';

export function mountIntegrationRoutes(
  mount: Mount,
  database: Database,
  integrations: IntegrationsService,
  audit: AuditService,
): void {
  mount.endpoint(registerIntegration, async ({ body }, caller) => {
    const integration = await database.write(async (transaction) => {
      const registered = await integrations.register(transaction, body.manifest, caller.source);
      await audit.record(transaction, caller, {
        action: 'integration.register',
        resource_type: 'integration',
        resource_id: registered.id,
        details: { name: registered.manifest_name, version: registered.manifest_version },
      });
      return registered;
    });
    return answer(201, integration);
  });

  mount.endpoint(listIntegrations, async ({ query }) =>
    answer(200, { data: await integrations.list({ name: query.manifest_name, limit: query.limit }) }),
  );
  mount.endpoint(getIntegration, async ({ params }) => answer(200, await integrations.get(params.id)));
}
