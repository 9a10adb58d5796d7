import type { HmacAdapter } from './adapter.ts';
import { hmacSha256 } from './hmac-sha256.ts';

/** A mail that a Worker took in and passes on as JSON: signed as `hmac-sha256`, its delivery id is the mail's Message-ID. */
export const cloudflareEmail: HmacAdapter = hmacSha256;
