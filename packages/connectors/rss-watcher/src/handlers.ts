import { defineConnector } from '@withmarfa/runtime-sdk';
import { manifest } from './manifest.ts';
import { pollFeed } from './poll-feed.ts';

/** RSS Watcher; a manual run does what a scheduled one does. */
export const connector = defineConnector({
  manifest,
  schedule: (ctx) => pollFeed(ctx, { now: Date.now() }),
});
