import type { z } from 'zod';
import type { Issue } from './marfa-error.ts';

const PLAIN_KEY = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** @returns a JSONPath (RFC 9535), such as `$.triggers[0].config.cron`. */
export function toJsonPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    const name = String(key);
    return PLAIN_KEY.test(name) ? `${text}.${name}` : `${text}['${name.replace(/['\\]/g, '\\$&')}']`;
  }, '$');
}

/** Turns a Zod error into a flat list: one entry a fault, unknown keys and union branches told singly. */
export function toIssues(error: z.ZodError): Issue[] {
  return error.issues.flatMap((issue) => flatten(issue, []));
}

function flatten(issue: z.core.$ZodIssue, base: readonly PropertyKey[]): Issue[] {
  const path = [...base, ...issue.path];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({ path: toJsonPath([...path, key]), message: 'unknown key; remove it' }));
    case 'invalid_key':
    case 'invalid_element':
      return issue.issues.map((inner) => ({ path: toJsonPath(path), message: inner.message }));
    case 'invalid_union':
      return unionIssues(issue, path);
    default:
      return [{ path: toJsonPath(path), message: issue.message }];
  }
}

/** The branch with the fewest faults is the one the caller most likely meant. */
function unionIssues(issue: z.core.$ZodIssueInvalidUnion, path: readonly PropertyKey[]): Issue[] {
  const branches = issue.errors.map((branch) => branch.flatMap((inner) => flatten(inner, path)));
  const closest = branches.filter((branch) => branch.length > 0).sort((a, b) => a.length - b.length)[0];
  return closest ?? [{ path: toJsonPath(path), message: issue.message }];
}
