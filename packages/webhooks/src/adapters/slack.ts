import { readDigest } from '../hex.ts';
import { lastTextMember } from '../json-members.ts';
import { readHeader } from '../read-header.ts';
import { refusal } from '../refusal.ts';
import { checkTimestamp, FIVE_MINUTES } from '../replay-window.ts';
import type { HmacAdapter } from './adapter.ts';

const NAME = 'X-Slack-Signature';
const PREFIX = 'v0=';

/** `X-Slack-Signature: v0=<hex>` over `v0:<X-Slack-Request-Timestamp>:<body>`, five minutes both ways. */
export const slack: HmacAdapter = {
  kind: 'hmac',
  read(headers, { nowMs }) {
    const header = readHeader(headers, 'x-slack-signature');
    if (header === null) return refusal('missing_signature_header', `${NAME} is missing.`);
    const signature = header.startsWith(PREFIX) ? readDigest(header, PREFIX.length, header.length) : null;
    if (signature === null) return refusal('signature_format_invalid', `${NAME} is not one v0=<64 hex digits>.`);

    const timestamp = readHeader(headers, 'x-slack-request-timestamp');
    if (timestamp === null) return refusal('missing_timestamp_header', 'X-Slack-Request-Timestamp is missing.');
    const late = checkTimestamp(timestamp, nowMs, FIVE_MINUTES);
    return late ?? { prefix: `v0:${timestamp}:`, signatures: [signature], timestamp };
  },
  // Slack writes it behind the event itself, which may be long. Commands and button presses are forms, and carry no id.
  deliveryId: ({ body }) => lastTextMember(body, 'event_id'),
};
