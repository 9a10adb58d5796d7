import { defineConnector } from '@withmarfa/runtime-sdk';
import { keepMail } from './keep-mail.ts';
import { manifest } from './manifest.ts';

/** Inbox: one handler, for what the Email Worker sends. */
export const connector = defineConnector({ manifest, webhook: keepMail });
