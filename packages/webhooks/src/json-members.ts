/*
 * Members of a JSON object, found without parsing it: that would cost several times the signature check. Each function
 * looks as far as the member it seeks, from the end where its sender writes it, and at nothing behind it. Keys that are
 * written with escapes are not recognised. What is no JSON on the way there has no members; nothing makes these throw.
 */
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const SHORT = 256;

/** @returns the first top-level member of that name (ASCII); null when there is none, or when it is no text. */
export function firstTextMember(body: Uint8Array, name: string): string | null {
  let at = skipSpace(body, 0, 1);
  if (body[at] !== OPEN_OBJECT) return null;
  at = skipSpace(body, at + 1, 1);
  while (body[at] === QUOTE) {
    const key = at;
    const keyEnd = otherQuote(body, at, 1);
    at = skipSpace(body, keyEnd + 1, 1);
    if (body[at] !== COLON) return null;
    at = skipSpace(body, at + 1, 1);
    const value = at;
    const valueEnd = otherEnd(body, at, 1);
    if (isName(body, key, keyEnd, name)) return readText(body, value, valueEnd);
    at = skipSpace(body, valueEnd + 1, 1);
    if (body[at] !== COMMA) return null;
    at = skipSpace(body, at + 1, 1);
  }
  return null;
}

/** @returns the last top-level member of that name (ASCII); null when there is none, or when it is no text. */
export function lastTextMember(body: Uint8Array, name: string): string | null {
  let at = skipSpace(body, body.length - 1, -1);
  if (body[at] !== CLOSE_OBJECT || body[skipSpace(body, 0, 1)] !== OPEN_OBJECT) return null;
  do {
    const valueEnd = skipSpace(body, at - 1, -1);
    const value = otherEnd(body, valueEnd, -1);
    at = skipSpace(body, value - 1, -1);
    if (body[at] !== COLON) return null;
    const keyEnd = skipSpace(body, at - 1, -1);
    if (body[keyEnd] !== QUOTE) return null;
    const key = otherQuote(body, keyEnd, -1);
    if (isName(body, key, keyEnd, name)) return readText(body, value, valueEnd);
    at = skipSpace(body, key - 1, -1);
  } while (body[at] === COMMA);
  return null;
}

type Step = 1 | -1;

function skipSpace(body: Uint8Array, start: number, step: Step): number {
  let at = start;
  for (let byte = body[at]; byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09; byte = body[at])
    at += step;
  return at;
}

/** @returns the quote at the other end of a text; a place outside the body when there is none. */
function otherQuote(body: Uint8Array, start: number, step: Step): number {
  for (let at = start + step; at >= 0 && at < body.length; at += step) {
    if (body[at] !== QUOTE) continue;
    let escapes = 0;
    while (body[at - 1 - escapes] === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return at;
  }
  return step === 1 ? body.length : -1;
}

/** @returns the last byte of a value, seen from its first; with a step of -1 the first, seen from its last. */
function otherEnd(body: Uint8Array, start: number, step: Step): number {
  if (body[start] === QUOTE) return otherQuote(body, start, step);
  const [open, openList] = step === 1 ? [OPEN_OBJECT, OPEN_LIST] : [CLOSE_OBJECT, CLOSE_LIST];
  const [close, closeList] = step === 1 ? [CLOSE_OBJECT, CLOSE_LIST] : [OPEN_OBJECT, OPEN_LIST];
  let depth = 0;
  for (let at = start; at >= 0 && at < body.length; at += step) {
    const byte = body[at];
    if (byte === QUOTE && depth > 0) at = otherQuote(body, at, step);
    else if (byte === open || byte === openList) depth += 1;
    else if (depth === 0) {
      // A number or a word: it ends where the next sign stands.
      if (byte === COMMA || byte === COLON || byte === QUOTE || byte === close || byte === closeList) return at - step;
    } else if (byte === close || byte === closeList) {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return step === 1 ? body.length : -1;
}

/** @param start @param end its quotes. */
function isName(body: Uint8Array, start: number, end: number, name: string): boolean {
  if (end - start - 1 !== name.length) return false;
  for (let index = 0; index < name.length; index += 1)
    if (body[start + 1 + index] !== name.charCodeAt(index)) return false;
  return true;
}

function readText(body: Uint8Array, start: number, end: number): string | null {
  if (body[start] !== QUOTE || body[end] !== QUOTE || end <= start) return null;
  for (let at = start + 1; at < end; at += 1) {
    const byte = body[at] ?? 0;
    if (byte < 0x20 || byte > 0x7e || byte === BACKSLASH) return parseText(body.subarray(start, end + 1));
  }
  // As many arguments as bytes: a stack holds the usual id, not every text.
  if (end - start > SHORT) return parseText(body.subarray(start, end + 1));
  return String.fromCharCode(...body.subarray(start + 1, end));
}

function parseText(quoted: Uint8Array): string | null {
  try {
    const text: unknown = JSON.parse(new TextDecoder().decode(quoted));
    return typeof text === 'string' ? text : null;
  } catch {
    return null;
  }
}
