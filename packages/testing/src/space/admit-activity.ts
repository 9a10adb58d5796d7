import { ActivityPropertiesSchema, MarfaError, type Properties } from '@withmarfa/shared';
import type { SpaceCaller } from './space-caller.ts';

/**
 * Of the platform's own rows a connector may tell activities of its Connection, and nothing else.
 * @throws MarfaError `forbidden`; `validation_error` for an ill-formed activity.
 */
export function admitActivity(caller: SpaceCaller, input: { type: string; properties: Properties }): void {
  if (input.type !== 'system.activity' || caller.connectionId === null)
    throw new MarfaError('forbidden', `${input.type} rows are written by the platform.`);
  const activity = ActivityPropertiesSchema.safeParse(input.properties);
  if (!activity.success) throw new MarfaError('validation_error', 'The activity is not well-formed.');
  if (activity.data.connection_id !== caller.connectionId)
    throw new MarfaError('forbidden', 'A runtime credential tells activity of its own Connection only.');
}
