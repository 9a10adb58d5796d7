/**
 * Cuts a text so that it takes no more than so many bytes of JSON, which is what the API counts; never inside a character.
 * @param maxBytes without the quotes around it.
 * @returns the text itself when it fits.
 */
export function clipText(text: string, maxBytes: number): string {
  // No UTF-16 unit takes more than six bytes, so most texts need not be counted.
  if (text.length * 6 <= maxBytes) return text;
  let bytes = 0;
  let end = 0;
  for (const character of text) {
    bytes += jsonBytes(character.codePointAt(0) ?? 0);
    if (bytes > maxBytes) return text.slice(0, end);
    end += character.length;
  }
  return text;
}

const SHORT_ESCAPES = new Set(['"', '\\', '\b', '\f', '\n', '\r', '\t'].map((character) => character.charCodeAt(0)));

function jsonBytes(codePoint: number): number {
  if (SHORT_ESCAPES.has(codePoint)) return 2;
  if (codePoint < 0x20) return 6;
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x10000 ? 3 : 4;
}
