import { getRandomValues } from 'node:crypto';
import { v7 } from 'uuid';

const RANDOM_BYTES = 16;
/** Random bytes are drawn for many ids at once: to draw them costs far more than to make an id of them. */
const drawn = new Uint8Array(256 * RANDOM_BYTES);
let used = drawn.length;
let msecs = 0;
let seq = 0;

/** Makes an id: a UUIDv7, so that ids sort by the time they were made, also those of one millisecond. */
export function newId(): string {
  if (used === drawn.length) {
    getRandomValues(drawn);
    used = 0;
  }
  const random = drawn.subarray(used, used + RANDOM_BYTES);
  used += RANDOM_BYTES;
  count(Date.now(), random);
  return v7({ random, msecs, seq });
}

/** Counts within a millisecond from a random start (RFC 9562 section 6.2, method 1); clocks that go back are not followed. */
function count(nowMs: number, random: Uint8Array): void {
  if (nowMs > msecs) {
    msecs = nowMs;
    seq = new DataView(random.buffer, random.byteOffset).getUint32(6) >>> 1;
    return;
  }
  seq = (seq + 1) | 0;
  if (seq === 0) msecs += 1;
}

/** @returns what is not above any id made at a time or after it, and above every one made before. */
export function earliestIdAt(timeMs: number): string {
  const hex = Math.max(0, timeMs).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}
