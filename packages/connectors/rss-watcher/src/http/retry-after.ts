/** A server that asks for more than a day of silence is asked again after a day. */
const MAX_SECONDS = 86_400;

/**
 * Reads a `Retry-After` header, given as seconds or as an HTTP date.
 * @param now milliseconds since the epoch, to measure a date against.
 * @returns whole seconds from 0 to one day; undefined when the header is absent or says nothing readable.
 * @see RFC 9110, section 10.2.3
 */
export function retryAfterSeconds(header: string | null, now: number): number | undefined {
  const value = header?.trim() ?? '';
  if (/^\d{1,10}$/.test(value)) return Math.min(Number(value), MAX_SECONDS);
  // An HTTP date names its zone; anything else (`-5`, `1.5`, `soon`) would be guessed at by Date.parse.
  if (!/^[A-Za-z]{3}.*\d{4}/.test(value)) return undefined;
  const at = Date.parse(value);
  if (Number.isNaN(at)) return undefined;
  return Math.min(Math.max(Math.ceil((at - now) / 1000), 0), MAX_SECONDS);
}
