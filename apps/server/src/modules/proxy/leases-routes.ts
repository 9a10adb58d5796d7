import { leaseToken, leaseTokenAlias, listLeases, revokeLease, validateLease } from '@withmarfa/shared';
import { answer, type Mount, OK } from '../../http/mount-endpoint.ts';
import type { LeasesService } from './leases-service.ts';

export function mountLeaseRoutes(mount: Mount, leases: LeasesService): void {
  mount.endpoint(leaseToken, async ({ params, body }, caller) =>
    answer(201, await leases.issue(caller, params.id, body)),
  );
  mount.endpoint(leaseTokenAlias, async ({ params, body }, caller) =>
    answer(201, await leases.issue(caller, params.id, body)),
  );
  mount.endpoint(listLeases, async ({ params }, caller) =>
    answer(200, { leases: await leases.list(caller, params.id) }),
  );
  mount.endpoint(revokeLease, async ({ params }, caller) => {
    await leases.revoke(caller, params.id, params.lease_id);
    return OK;
  });
  mount.publicEndpoint(validateLease, async ({ body }) => answer(200, await leases.validate(body.lease_token)));
}
