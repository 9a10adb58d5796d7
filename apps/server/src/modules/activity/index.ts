export { type ActivityEntry, type ActivityService, createActivityService } from './activity-service.ts';
