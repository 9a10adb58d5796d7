import {
  ActivityPropertiesSchema,
  type ItemState,
  isSystemType,
  MarfaError,
  type Properties,
  toIssues,
} from '@withmarfa/shared';
import type { Caller } from '../../platform/caller.ts';
import type { ItemRow } from './item-row.ts';

/** What user content may carry and an activity row may not: it is told once, active, and only ever dismissed. */
const NOT_ON_SYSTEM_ROWS = ['state', 'tier', 'tags', 'edges', 'source_id', 'id'] as const;

type SystemInput = { type: string; properties: Properties } & {
  [Name in (typeof NOT_ON_SYSTEM_ROWS)[number]]?: unknown;
};

/**
 * `system.*` rows belong to the platform. Through the items API a runtime credential may tell an activity of its own
 * Connection, and those who run the space may dismiss one; everything else has a door of its own.
 * @throws MarfaError `forbidden`, or `validation_error` for an ill-formed activity
 */
export function admitSystemCreate(caller: Caller, input: SystemInput): void {
  const { type, properties } = input;
  if (!isSystemType(type)) return;
  if (type !== 'system.activity' || caller.connectionId === null) throw reserved(type);
  const extra = NOT_ON_SYSTEM_ROWS.filter((name) => input[name] !== undefined);
  if (extra.length > 0) {
    const issues = extra.map((name) => ({ path: `$.${name}`, message: 'an activity row has none; leave it out' }));
    throw new MarfaError('validation_error', `An activity row has no ${extra.join(', ')}.`, { details: { issues } });
  }
  const result = ActivityPropertiesSchema.safeParse(properties);
  if (!result.success) {
    throw new MarfaError('validation_error', 'The activity is not well-formed.', {
      details: { issues: toIssues(result.error) },
    });
  }
  if (result.data.connection_id !== caller.connectionId) {
    throw new MarfaError('forbidden', 'A runtime credential tells activity of its own Connection only.');
  }
}

export function refuseSystemUpdate(row: ItemRow): void {
  if (isSystemType(row.type)) throw reserved(row.type);
}

export function admitSystemTransition(caller: Caller, row: ItemRow, to: ItemState): void {
  if (!isSystemType(row.type)) return;
  const dismisses = row.type === 'system.activity' && to === 'revoked' && caller.role !== 'member';
  if (!dismisses) throw reserved(row.type);
}

function reserved(type: string): MarfaError {
  return new MarfaError('forbidden', `${type} rows are written by the platform; they have endpoints of their own.`);
}
