const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * Finds a text among the members of a JSON object, without parsing the object: that would cost several times the
 * signature check. It looks as far as the first member of that name, and at nothing behind it.
 * @param name ASCII. A key that is written with escapes is not recognised.
 * @returns null when there is no such member, when it is no text, or when the body is not JSON so far.
 */
export function findTopLevelText(body: Uint8Array, name: string): string | null {
  let at = skipSpace(body, 0);
  if (body[at] !== OPEN_OBJECT) return null;
  at = skipSpace(body, at + 1);
  while (body[at] === QUOTE) {
    const keyStart = at + 1;
    const keyEnd = endOfText(body, at);
    at = skipSpace(body, keyEnd + 1);
    if (body[at] !== COLON) return null;
    at = skipSpace(body, at + 1);
    if (isName(body, keyStart, keyEnd, name)) return readText(body, at);
    at = endOfValue(body, at);
    if (body[at] !== COMMA) return null;
    at = skipSpace(body, at + 1);
  }
  return null;
}

function skipSpace(body: Uint8Array, start: number): number {
  let at = start;
  for (let byte = body[at]; byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09; byte = body[at]) at += 1;
  return at;
}

/** @returns where the text that opens at `start` closes; the length of the body when it never does. */
function endOfText(body: Uint8Array, start: number): number {
  for (let at = body.indexOf(QUOTE, start + 1); at !== -1; at = body.indexOf(QUOTE, at + 1)) {
    let escapes = 0;
    while (body[at - 1 - escapes] === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return at;
  }
  return body.length;
}

/** @returns where the value that starts at `start` is over: at a comma, a closing brace, or the end of the body. */
function endOfValue(body: Uint8Array, start: number): number {
  let depth = 0;
  for (let at = start; at < body.length; at += 1) {
    const byte = body[at];
    if (byte === QUOTE) at = endOfText(body, at);
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth += 1;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
      if (depth === 0) return at;
      depth -= 1;
    } else if (byte === COMMA && depth === 0) return at;
  }
  return body.length;
}

function isName(body: Uint8Array, start: number, end: number, name: string): boolean {
  if (end - start !== name.length) return false;
  for (let index = 0; index < name.length; index += 1) if (body[start + index] !== name.charCodeAt(index)) return false;
  return true;
}

function readText(body: Uint8Array, start: number): string | null {
  if (body[start] !== QUOTE) return null;
  try {
    const text: unknown = JSON.parse(new TextDecoder().decode(body.subarray(start, endOfText(body, start) + 1)));
    return typeof text === 'string' ? text : null;
  } catch {
    return null;
  }
}
