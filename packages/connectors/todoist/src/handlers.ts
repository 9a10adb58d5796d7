import { defineConnector } from '@withmarfa/runtime-sdk';
import { manifest } from './manifest.ts';
import { todoistHandlers } from './todoist-handlers.ts';

/** The Todoist connector. */
export const connector = defineConnector({ manifest, ...todoistHandlers({ now: Date.now }) });
