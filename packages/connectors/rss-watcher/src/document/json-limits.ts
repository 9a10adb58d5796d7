/** Containers, members and elements that one JSON Feed may have; each costs memory that its bytes do not show. */
const MAX_PARTS = 300_000;
const MAX_DEPTH = 64;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * Counts the parts of a JSON text without building anything, because a few megabytes of brackets become hundreds when
 * parsed.
 * @returns what is wrong; null when the text may be parsed.
 */
export function jsonLimitFault(text: string): string | null {
  let depth = 0;
  let parts = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) {
      index = endOfString(text, index);
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      depth += 1;
      parts += 1;
      if (depth > MAX_DEPTH) return `nests deeper than ${MAX_DEPTH} levels`;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      depth -= 1;
    } else if (code === COMMA || code === COLON) {
      parts += 1;
    }
    if (parts > MAX_PARTS) return `has more than ${MAX_PARTS} parts`;
  }
  return null;
}

function endOfString(text: string, start: number): number {
  let index = start + 1;
  while (index < text.length && text.charCodeAt(index) !== QUOTE) {
    index += text.charCodeAt(index) === BACKSLASH ? 2 : 1;
  }
  return index;
}
