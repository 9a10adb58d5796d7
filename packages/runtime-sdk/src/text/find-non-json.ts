import { toJsonPath } from '@withmarfa/shared';

const MAX_DEPTH = 100;

/**
 * Looks for the first thing in `value` that JSON would lose or change: dates, maps, functions, NaN, cycles. Members
 * that are `undefined` are fine in objects, where JSON leaves them out.
 * @returns where it is, as a JSONPath, and what it is; null when there is none.
 */
export function findNonJson(value: unknown): { path: string; found: string } | null {
  return search(value, [], new Set());
}

function search(value: unknown, path: PropertyKey[], above: Set<object>): { path: string; found: string } | null {
  const fault = (found: string) => ({ path: toJsonPath(path), found });
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return null;
  if (typeof value === 'number') return Number.isFinite(value) ? null : fault(String(value));
  if (typeof value !== 'object') return fault(value === undefined ? 'undefined' : `a ${typeof value}`);
  if (above.has(value)) return fault('part of itself');
  if (above.size === MAX_DEPTH) return fault(`nested more than ${MAX_DEPTH} deep`);
  above.add(value);
  const inner = Array.isArray(value) ? searchArray(value, path, above) : searchObject(value, path, above, fault);
  above.delete(value);
  return inner;
}

function searchArray(list: unknown[], path: PropertyKey[], above: Set<object>) {
  for (const [index, entry] of list.entries()) {
    const fault = search(entry, [...path, index], above);
    if (fault) return fault;
  }
  return null;
}

function searchObject(
  value: object,
  path: PropertyKey[],
  above: Set<object>,
  fault: (found: string) => { path: string; found: string },
) {
  const prototype: unknown = Object.getPrototypeOf(value);
  // Objects from another realm have another Object.prototype, whose own prototype is null as well.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return fault(`a ${value.constructor.name}`);
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined) continue;
    const inner = search(member, [...path, key], above);
    if (inner) return inner;
  }
  return null;
}
