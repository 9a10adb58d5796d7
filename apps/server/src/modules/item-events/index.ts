export { createItemEventRouter, type ItemEventRouter } from './create-item-event-router.ts';
