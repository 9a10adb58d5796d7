export { mountDeadLetterRoutes } from './dead-letters-routes.ts';
export { createDeadLettersService, refuseIdle } from './dead-letters-service.ts';
export { createReplayer, type Replayer } from './replay-messages.ts';
