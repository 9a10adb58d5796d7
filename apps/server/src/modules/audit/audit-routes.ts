import { listAudit } from '@withmarfa/shared';
import { answer, type Mount } from '../../http/mount-endpoint.ts';
import type { AuditService } from './audit-service.ts';

export function mountAuditRoutes(mount: Mount, audit: AuditService): void {
  mount.endpoint(listAudit, async ({ query }, caller) => answer(200, await audit.list(caller, query)));
}
