import { type EventName, isSystemType } from '@withmarfa/shared';
import type { EventRow } from '../database/settled-events.ts';

/** Which events are asked for. What is absent asks for all; what is given must match, so an item has no `edgeTypes`. */
export interface EventFilter {
  events?: readonly EventName[] | undefined;
  /** Exact types and prefixes such as `core.media.*`; either matches subtypes. `*` is every type but `system.*`. */
  types?: readonly string[] | undefined;
  edgeTypes?: readonly string[] | undefined;
}

type IsA = (type: string, ancestor: string) => boolean;

/** The part of a filter that needs no catalogue of types. */
export function namesEvent({ events, edgeTypes }: EventFilter, row: EventRow): boolean {
  if (events && !events.some((name) => name === row.event)) return false;
  return !edgeTypes || (row.edge_type !== null && edgeTypes.includes(row.edge_type));
}

/**
 * Decides whether an event fits a filter. Items of `system.*` types are told of only where a type names them; an edge has
 * two types, and one that fits is enough.
 */
export function fitsFilter(filter: EventFilter, row: EventRow, isA: IsA): boolean {
  if (!namesEvent(filter, row)) return false;
  const { types } = filter;
  if (!types) return row.edge_type !== null || !isSystemType(row.type);
  return [row.type, row.other_type].some((type) => type !== null && types.some((pattern) => fits(pattern, type, isA)));
}

function fits(pattern: string, type: string, isA: IsA): boolean {
  const isNamed = pattern === 'system' || isSystemType(pattern);
  if (isSystemType(type) && !isNamed) return false;
  return pattern === '*' || isA(type, pattern.endsWith('.*') ? pattern.slice(0, -2) : pattern);
}
