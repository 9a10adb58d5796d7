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

/**
 * `system.*` rows belong to the platform. Through the items API a runtime credential may tell an activity of its own
 * Connection, and those who run the space may dismiss one; everything else has a door of its own.
 * @throws MarfaError `forbidden`, or `validation_error` for an ill-formed activity
 */
export function admitSystemCreate(caller: Caller, type: string, properties: Properties): void {
  if (!isSystemType(type)) return;
  if (type !== 'system.activity' || caller.connectionId === null) throw reserved(type);
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
