import { createKey, getKey, type Key, listKeys, revokeKey, updateKey } from '@withmarfa/shared';
import { answer, type Mount, OK } from '../../http/mount-endpoint.ts';
import type { Database } from '../../platform/database/database.ts';
import { NULL_SPACE_ID } from '../../platform/database/null-space.ts';
import type { Secret } from '../../platform/secret.ts';
import type { AuditService } from '../audit/index.ts';
import type { KeysService } from './keys-service.ts';

const created = ({ key, secret }: { key: Key; secret: Secret }) => ({ ...key, key: secret.reveal() });

export function mountKeyRoutes(mount: Mount, database: Database, keys: KeysService, audit: AuditService): void {
  mount.publicEndpoint(createKey, async ({ body }, caller, { clientIp }) => {
    const result = await database.write(async (transaction) => {
      const made = caller ? await keys.create(transaction, caller, body) : await keys.createFirst(transaction, body);
      await audit.record(transaction, caller ?? { keyId: made.key.id, spaceId: NULL_SPACE_ID, clientIp }, {
        action: 'key.create',
        resource_type: 'key',
        resource_id: made.key.id,
        details: { label: made.key.label, role: made.key.role, bootstrap: caller === null },
      });
      return made;
    });
    return answer(201, created(result));
  });

  mount.endpoint(listKeys, async ({ query }, caller) => {
    const runtime = query.include?.includes('runtime') ?? false;
    return answer(200, { keys: await keys.list(caller, { runtime }) });
  });
  mount.endpoint(getKey, async ({ params }, caller) => answer(200, await keys.get(caller, params.id)));

  mount.endpoint(updateKey, async ({ params, body }, caller) => {
    const key = await database.write(async (transaction) => {
      const changed = await keys.update(transaction, caller, params.id, body);
      await audit.record(transaction, caller, {
        action: 'key.update',
        resource_type: 'key',
        resource_id: params.id,
        details: { fields: Object.keys(body) },
      });
      return changed;
    });
    return answer(200, key);
  });

  mount.endpoint(revokeKey, async ({ params }, caller) => {
    await database.write(async (transaction) => {
      if (!(await keys.revoke(transaction, caller, params.id))) return;
      await audit.record(transaction, caller, { action: 'key.revoke', resource_type: 'key', resource_id: params.id });
    });
    return OK;
  });
}
