export { mountDeadLetterRoutes } from './dead-letters-routes.ts';
export { createDeadLettersService, type DeadLettersService, refuseIdle } from './dead-letters-service.ts';
export { createReplayer, type Replayer } from './replay-messages.ts';
