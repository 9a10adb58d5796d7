export { mountAuditRoutes } from './audit-routes.ts';
export { type AuditEvent, type AuditService, createAuditService } from './audit-service.ts';
