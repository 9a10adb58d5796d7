export { mountRunRoutes, type RunStarter } from './runs-routes.ts';
export { createRunsService, type RunsService } from './runs-service.ts';
