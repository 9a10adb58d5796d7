import { defineConnector } from '@withmarfa/runtime-sdk';
import { keepOpened } from './keep-opened.ts';
import { manifest } from './manifest.ts';

/** GitHub Webhooks: one handler, for what GitHub sends. */
export const connector = defineConnector({ manifest, webhook: keepOpened });
