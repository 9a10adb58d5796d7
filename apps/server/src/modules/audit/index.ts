export { mountAuditRoutes } from './audit-routes.ts';
export { type Actor, type AuditEvent, type AuditService, createAuditService } from './audit-service.ts';
