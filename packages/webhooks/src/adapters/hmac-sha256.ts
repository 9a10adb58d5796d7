import { readDigest } from '../hex.ts';
import { readHeader } from '../read-header.ts';
import { refusal } from '../refusal.ts';
import { checkTimestamp, FIVE_MINUTES } from '../replay-window.ts';
import type { HmacAdapter } from './adapter.ts';
import { readTimestampedSignature } from './timestamped-signature.ts';

const NAME = 'X-Marfa-Signature';
const PREFIX = 'sha256=';

/**
 * `X-Marfa-Signature: sha256=<hex>` or bare hex over the body, or `t=<unix>,v1=<hex>` over `<t>.<body>`.
 *
 * In the plain form `X-Marfa-Timestamp` is not among the signed bytes: it stops what is merely late, not somebody who
 * captured a delivery and writes a new time on it. The form with `t` signs its time, and leaves that header aside.
 */
export const hmacSha256: HmacAdapter = {
  kind: 'hmac',
  read(headers, { nowMs, requireTimestamp }) {
    const header = readHeader(headers, 'x-marfa-signature');
    if (header === null) return refusal('missing_signature_header', `${NAME} is missing.`);
    if (header.startsWith('t=')) return readTimestampedSignature(header, NAME, nowMs, FIVE_MINUTES);

    const start = header.slice(0, PREFIX.length).toLowerCase() === PREFIX ? PREFIX.length : 0;
    const signature = readDigest(header, start, header.length);
    if (signature === null)
      return refusal('signature_format_invalid', `${NAME} is not one sha256=<64 hex digits> or t=…,v1=….`);

    const timestamp = readHeader(headers, 'x-marfa-timestamp');
    if (timestamp === null && requireTimestamp)
      return refusal('missing_timestamp_header', 'X-Marfa-Timestamp is missing, and is required here.');
    const late = timestamp === null ? null : checkTimestamp(timestamp, nowMs, FIVE_MINUTES);
    return late ?? { prefix: '', signatures: [signature], timestamp: timestamp ?? '' };
  },
  deliveryId: ({ headers }) => readHeader(headers, 'x-marfa-delivery-id'),
};
