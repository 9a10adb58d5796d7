import { sha256 } from '../task/content-hash.ts';

/**
 * Derives a UUID from a text: the same one each time, so that Todoist recognises a command that comes again.
 * @see RFC 9562, section 5.8 (version 8)
 */
export function deriveUuid(text: string): string {
  const hex = sha256(`withmarfa.todoist:${text}`);
  const variant = '89ab'[Number.parseInt(hex[16] ?? '0', 16) % 4];
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return parts.join('-');
}
