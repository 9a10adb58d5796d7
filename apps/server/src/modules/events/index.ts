export { createEventStreams, type EventStreams } from './event-streams.ts';
export { mountEventRoutes } from './events-routes.ts';
