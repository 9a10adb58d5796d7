export { mountIntegrationRoutes } from './integrations-routes.ts';
export { createIntegrationsService, type IntegrationsService } from './integrations-service.ts';
