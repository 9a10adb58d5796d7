/**
 * @param stored a Basic credential as a person gave it: `user:password`, or what stands after `Basic` already.
 * @returns what stands after `Basic` in the header (RFC 7617).
 */
export function basicValue(stored: string): string {
  return stored.includes(':') ? Buffer.from(stored, 'utf8').toString('base64') : stored;
}
