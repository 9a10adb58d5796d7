const BYTE_ORDER_MARKS: readonly { bytes: readonly number[]; label: string }[] = [
  { bytes: [0xef, 0xbb, 0xbf], label: 'utf-8' },
  // Before UTF-16: the UTF-32 mark begins with the UTF-16 one.
  { bytes: [0xff, 0xfe, 0x00, 0x00], label: 'utf-32le' },
  { bytes: [0x00, 0x00, 0xfe, 0xff], label: 'utf-32be' },
  { bytes: [0xff, 0xfe], label: 'utf-16le' },
  { bytes: [0xfe, 0xff], label: 'utf-16be' },
];

/** Where an encoding was read from; `none` means nothing was said. */
export interface SniffedEncoding {
  label: string;
  from: 'mark' | 'header' | 'declaration' | 'none';
}

const DECLARATION = /^\s*<\?xml\s[^>]*?encoding\s*=\s*["']\s*([A-Za-z][\w.:-]*)/i;

/**
 * Finds what a feed says its encoding is: the byte order mark first, then the charset of the Content-Type header, then
 * the XML declaration.
 * @see RFC 7303, section 3
 */
export function sniffEncoding(bytes: Uint8Array, contentType: string | null): SniffedEncoding {
  for (const mark of BYTE_ORDER_MARKS) {
    if (mark.bytes.every((byte, index) => bytes[index] === byte)) return { label: mark.label, from: 'mark' };
  }
  const charset = /;\s*charset\s*=\s*["']?\s*([^\s"';]+)/i.exec(contentType ?? '')?.[1];
  if (charset && !contradicts(charset, bytes)) return { label: charset.toLowerCase(), from: 'header' };
  const wide = wideWithoutMark(bytes);
  if (wide) return { label: wide, from: 'declaration' };
  const head = String.fromCharCode(...bytes.subarray(0, 1024));
  const declared = DECLARATION.exec(head)?.[1];
  if (declared && !contradicts(declared, bytes)) return { label: declared.toLowerCase(), from: 'declaration' };
  return { label: 'utf-8', from: 'none' };
}

/** A label of two-byte text over bytes that begin in one-byte text is a leftover of an earlier conversion. */
function contradicts(label: string, bytes: Uint8Array): boolean {
  return /^(utf-?(16|32)|ucs-?[24]|iso-10646)/i.test(label) && wideWithoutMark(bytes) === null && bytes[0] !== 0;
}

/** Two-byte text without a mark shows in its first `<`. */
function wideWithoutMark(bytes: Uint8Array): string | null {
  if (bytes[0] === 0x3c && bytes[1] === 0x00) return bytes[2] === 0x00 ? 'utf-32le' : 'utf-16le';
  if (bytes[0] === 0x00 && bytes[1] === 0x3c) return 'utf-16be';
  if (bytes[0] === 0x00 && bytes[1] === 0x00 && bytes[2] === 0x00 && bytes[3] === 0x3c) return 'utf-32be';
  return null;
}
