export { type ActivityService, createActivityService } from './activity-service.ts';
