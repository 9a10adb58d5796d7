import { readDigest } from '../hex.ts';
import { readHeader } from '../read-header.ts';
import { refusal } from '../refusal.ts';
import type { HmacAdapter } from './adapter.ts';

const NAME = 'X-Hub-Signature-256';
const PREFIX = 'sha256=';

/**
 * `X-Hub-Signature-256: sha256=<hex>` over the body. GitHub says no time and does not sign its delivery id, so a captured
 * delivery that is sent again under another id is taken for a new one.
 */
export const github: HmacAdapter = {
  kind: 'hmac',
  read(headers) {
    const header = readHeader(headers, 'x-hub-signature-256');
    if (header === null) return refusal('missing_signature_header', `${NAME} is missing.`);
    const signature = header.startsWith(PREFIX) ? readDigest(header, PREFIX.length, header.length) : null;
    if (signature === null) return refusal('signature_format_invalid', `${NAME} is not one sha256=<64 hex digits>.`);
    return { prefix: '', signatures: [signature], timestamp: '' };
  },
  deliveryId: ({ headers }) => readHeader(headers, 'x-github-delivery'),
};
