import { readDigest } from '../hex.ts';
import { type Refusal, refusal } from '../refusal.ts';
import { checkTimestamp, type ReplayWindow } from '../replay-window.ts';
import type { SignedParts } from './adapter.ts';

/** More than any sender gives while it changes its secret; each one costs a comparison. */
const MOST_SIGNATURES = 16;

/**
 * Reads `t=<unix>,v1=<hex>[,v1=<hex>…]`, which signs `<t>.<body>`. Other schemes in it are left aside, as is a `v1` that
 * is no digest. Two times, or a space after a comma (two headers, joined on the way), and it is refused as a whole.
 */
export function readTimestampedSignature(
  header: string,
  name: string,
  nowMs: number,
  window: ReplayWindow,
): SignedParts | Refusal {
  let timestamp: string | null = null;
  const signatures: Uint8Array[] = [];
  for (let start = 0; start <= header.length; ) {
    const comma = header.indexOf(',', start);
    const end = comma === -1 ? header.length : comma;
    if (header.charCodeAt(start) === SPACE) return malformed(name);
    if (header.startsWith('t=', start)) {
      if (timestamp !== null) return malformed(name);
      timestamp = header.slice(start + 2, end);
    } else if (header.startsWith('v1=', start) && signatures.length < MOST_SIGNATURES) {
      const signature = readDigest(header, start + 3, end);
      if (signature !== null) signatures.push(signature);
    }
    start = end + 1;
  }
  if (timestamp === null || signatures.length === 0) return malformed(name);
  return checkTimestamp(timestamp, nowMs, window) ?? { prefix: `${timestamp}.`, signatures, timestamp };
}

const SPACE = 32;

function malformed(name: string): Refusal {
  return refusal('signature_format_invalid', `${name} is not one t=<Unix seconds>,v1=<64 hex digits>.`);
}
