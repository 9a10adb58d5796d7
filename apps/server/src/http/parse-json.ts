import { type Issue, MarfaError, toJsonPath } from '@withmarfa/shared';
import { type JSONVisitor, visit } from 'jsonc-parser';
import { findJsonFaults, MAX_ISSUES } from './find-json-faults.ts';

const COLON = 0x3a;
const BACKSLASH = 0x5c;

/**
 * Parses JSON strictly: what readers disagree about (RFC 8259 sections 4 and 8, RFC 7493) is a fault.
 * @returns the value, with every fault that {@link findJsonFaults} finds and every key that an object has twice.
 * @throws MarfaError `validation_error` when it is not JSON, or nested too deep for anybody to look further.
 */
export function parseJson(text: string): { value: unknown; issues: Issue[] } {
  const value = parse(text);
  const { issues, members, tooDeep } = findJsonFaults(value);
  if (tooDeep) throw new MarfaError('validation_error', 'The body is nested too deep.', { details: { issues } });
  // A key that stands twice is one member of what was parsed.
  if (countMembers(text) !== members) issues.push(...findRepeatedKeys(text).slice(0, MAX_ISSUES - issues.length));
  return { value, issues };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const place = /\(line (\d+) column (\d+)\)/.exec(String(cause));
    const where = place ? `, and it is not at line ${place[1]}, column ${place[2]}` : '';
    throw new MarfaError('validation_error', 'The body is not valid JSON.', {
      cause,
      details: { issues: [{ path: '$', message: `expected JSON${where}` }] },
    });
  }
}

/** Counts the colons outside of strings. Strings are jumped over, so that this costs little beside the parsing. */
function countMembers(json: string): number {
  let members = 0;
  let index = 0;
  for (;;) {
    const quote = json.indexOf('"', index);
    const end = quote === -1 ? json.length : quote;
    for (; index < end; index += 1) if (json.charCodeAt(index) === COLON) members += 1;
    if (quote === -1) return members;
    index = endOfString(json, quote + 1) + 1;
  }
}

/** @returns the index of the quote that ends a string. */
function endOfString(json: string, start: number): number {
  for (let index = start; ; index += 1) {
    index = json.indexOf('"', index);
    let escapes = 0;
    while (json.charCodeAt(index - 1 - escapes) === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return index;
  }
}

function findRepeatedKeys(json: string): Issue[] {
  const issues: Issue[] = [];
  const open: Set<string>[] = [];
  const visitor: JSONVisitor = {
    onObjectBegin: () => void open.push(new Set()),
    onObjectEnd: () => void open.pop(),
    onObjectProperty(name, _offset, _length, _line, _character, pathOf) {
      const names = open.at(-1);
      if (names?.has(name) && issues.length < MAX_ISSUES)
        issues.push({ path: toJsonPath([...pathOf(), name]), message: 'the key stands more than once' });
      names?.add(name);
    },
  };
  visit(json, visitor);
  return issues;
}
