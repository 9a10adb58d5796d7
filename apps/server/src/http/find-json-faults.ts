import { type Issue, toJsonPath } from '@withmarfa/shared';

/** Deepest nesting a request may have; deeper ones would overflow what has to write them out again. */
const MAX_DEPTH = 64;
/** Faults told at once. */
export const MAX_ISSUES = 100;

/** What was seen on a walk through a JSON value. */
export interface JsonFindings {
  /** At most 100. */
  issues: Issue[];
  /** Members of all objects together; says nothing when `tooDeep`. */
  members: number;
  /** Whether the walk had to stop at some place. */
  tooDeep: boolean;
}

/**
 * Looks for what no store can keep, or no two readers take for the same: NUL, halves of surrogate pairs, numbers beyond a
 * double, keys called `__proto__`, and nesting beyond 64 levels.
 */
export function findJsonFaults(value: unknown): JsonFindings {
  const findings: JsonFindings = { issues: [], members: 0, tooDeep: false };
  visit(value, [], findings);
  return findings;
}

function visit(value: unknown, path: PropertyKey[], findings: JsonFindings): void {
  switch (typeof value) {
    case 'string': {
      const fault = textFault(value);
      if (fault) note(findings, path, `the text ${fault}`);
      return;
    }
    case 'number':
      if (!Number.isFinite(value)) note(findings, path, 'a number is too large to be kept');
      return;
    case 'object':
      if (value === null) return;
      break;
    default:
      return;
  }
  if (path.length >= MAX_DEPTH) {
    findings.tooDeep = true;
    note(findings, path, `nested deeper than ${MAX_DEPTH} levels`);
    return;
  }
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) step(value[index], index, { path, findings });
    return;
  }
  for (const key of Object.keys(value)) {
    findings.members += 1;
    if (key === '__proto__') note(findings, [...path, key], 'a key that cannot be used');
    else checkKey(key, path, findings);
    step((value as Record<string, unknown>)[key], key, { path, findings });
  }
}

function step(
  value: unknown,
  key: PropertyKey,
  { path, findings }: { path: PropertyKey[]; findings: JsonFindings },
): void {
  path.push(key);
  visit(value, path, findings);
  path.pop();
}

function checkKey(key: string, path: PropertyKey[], findings: JsonFindings): void {
  const fault = textFault(key);
  if (fault) note(findings, [...path, key], `the key ${fault}`);
}

function textFault(text: string): string | null {
  if (text.includes('\0')) return 'holds the NUL character, which cannot be stored';
  return text.isWellFormed() ? null : 'holds half of a surrogate pair';
}

function note({ issues }: JsonFindings, path: readonly PropertyKey[], message: string): void {
  if (issues.length < MAX_ISSUES) issues.push({ path: toJsonPath(path), message });
}
