import { readHeader } from '../read-header.ts';
import { refusal } from '../refusal.ts';
import type { TokenAdapter } from './adapter.ts';

/**
 * `X-Goog-Channel-Token` repeats the secret that was given when the channel was opened. Nothing is signed: neither the
 * body, which is empty, nor the other headers; TLS alone keeps the token from others.
 */
export const googleChannel: TokenAdapter = {
  kind: 'token',
  read(headers) {
    const token = readHeader(headers, 'x-goog-channel-token');
    return token === null ? refusal('missing_x_goog_channel_token', 'X-Goog-Channel-Token is missing.') : { token };
  },
  deliveryId(headers) {
    const channel = readHeader(headers, 'x-goog-channel-id') ?? '';
    if (channel === '') return refusal('missing_x_goog_channel_id', 'X-Goog-Channel-Id is missing.');
    const message = readHeader(headers, 'x-goog-message-number') ?? '';
    return message === '' ? channel : `${channel}:${message}`;
  },
};
