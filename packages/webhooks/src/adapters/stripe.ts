import { writeHex } from '../hex.ts';
import { firstTextMember } from '../json-members.ts';
import { readHeader } from '../read-header.ts';
import { refusal } from '../refusal.ts';
import type { HmacAdapter } from './adapter.ts';
import { readTimestampedSignature } from './timestamped-signature.ts';

const NAME = 'Stripe-Signature';
const WINDOW = { pastSeconds: 300, futureSeconds: 60 };
const EVENT_ID = /^evt_\w+$/;
/** 8 bytes are 16 hex digits. */
const ID_BYTES = 8;

/** `Stripe-Signature: t=<unix>,v1=<hex>[,v1=<hex>]` over `<t>.<body>`; five minutes back, one ahead. */
export const stripe: HmacAdapter = {
  kind: 'hmac',
  read(headers, { nowMs }) {
    const header = readHeader(headers, 'stripe-signature');
    if (header === null) return refusal('missing_signature_header', `${NAME} is missing.`);
    return readTimestampedSignature(header, NAME, nowMs, WINDOW);
  },
  deliveryId({ body }, { timestamp }, signature) {
    const id = firstTextMember(body, 'id');
    if (id !== null && EVENT_ID.test(id)) return id;
    // Of the bytes, not of the header: a digest may be written in upper case too.
    return `${timestamp}.${writeHex(signature.subarray(0, ID_BYTES))}`;
  },
};
