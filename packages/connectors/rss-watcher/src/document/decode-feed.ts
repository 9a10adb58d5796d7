import iconv from 'iconv-lite';
import { sniffEncoding } from './sniff-encoding.ts';

/** The Web's rule: who says Latin-1 or ASCII means Windows-1252. */
const LATIN_1 = /^(iso-?8859-?1|iso_8859-1(:1987)?|latin-?1|l1|us-ascii|ascii|cp1252|x-cp1252|windows-1252)$/;
const UTF_8 = /^(utf-?8|unicode-1-1-utf-8)$/;

/**
 * Turns the bytes of a feed into text. A wrong or unknown label never throws: what cannot be read becomes U+FFFD, and
 * UTF-8 that is mostly unreadable as such is read as Windows-1252.
 * @param contentType the Content-Type header as received.
 */
export function decodeFeed(bytes: Uint8Array, contentType: string | null): string {
  return withoutMark(decodeAs(bytes, sniffEncoding(bytes, contentType).label));
}

function decodeAs(bytes: Uint8Array, label: string): string {
  // Some releases of Node read Windows-1252's 0x80 to 0x9F as control characters; iconv-lite does not.
  if (LATIN_1.test(label)) return iconv.decode(bytes, 'win1252');
  if (UTF_8.test(label)) return decodeUtf8(bytes);
  try {
    return new TextDecoder(label).decode(bytes);
  } catch {
    // TextDecoder throws for labels that the Encoding Standard leaves out, such as UTF-32 or the old Mac and DOS sets.
    return iconv.encodingExists(label) ? iconv.decode(bytes, label) : decodeUtf8(bytes);
  }
}

function decodeUtf8(bytes: Uint8Array): string {
  const text = new TextDecoder('utf-8').decode(bytes);
  const unreadable = countOf(text, /\uFFFD/g);
  if (unreadable === 0) return text;
  // One torn character in a UTF-8 text is no reason to misread all the others.
  const readable = countOf(text, /[\u0080-\uFFFC]/g);
  return unreadable > readable ? iconv.decode(bytes, 'win1252') : text;
}

function countOf(text: string, pattern: RegExp): number {
  let count = 0;
  while (pattern.exec(text)) count += 1;
  return count;
}

function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}
