/**
 * What belongs to one connection alone (RFC 9110 section 7.6.1, and the older names that are still sent). `Proxy-*`
 * headers speak to the proxy itself.
 */
const HOP_BY_HOP = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** @param name in lower case. */
export function isHopByHop(name: string): boolean {
  return HOP_BY_HOP.has(name) || name.startsWith('proxy-');
}

/**
 * Finds what the `Connection` fields of a message name: these headers go no further either (RFC 9110 section 7.6.1).
 * @param raw names and values in turns.
 * @returns names in lower case; null when there are none, as nearly always.
 */
export function namedByConnection(raw: readonly string[]): Set<string> | null {
  let named: Set<string> | null = null;
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] ?? '';
    if (name.length !== 10 || name.toLowerCase() !== 'connection') continue;
    for (const option of (raw[index + 1] ?? '').split(',')) {
      const token = option.trim().toLowerCase();
      if (token === '' || token === 'close' || token === 'keep-alive') continue;
      named ??= new Set();
      named.add(token);
    }
  }
  return named;
}
