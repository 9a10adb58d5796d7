import { type Item, MarfaError, type UpdateItemInput } from '@withmarfa/shared';
import type { SpaceState } from './space-state.ts';

/**
 * Refuses an update that was made against an older version, with what is needed to merge.
 * @throws MarfaError `version_conflict`
 */
export function refuseStaleVersion(state: SpaceState, item: Item, input: UpdateItemInput): void {
  const touches = input.properties !== undefined || input.edges !== undefined;
  if (input.version === undefined || input.version === item.version || !touches) return;
  const ancestor = state.versions.get(`${item.id} ${input.version}`) ?? null;
  const differs = (key: string) => JSON.stringify(item.properties[key]) !== JSON.stringify(ancestor?.[key]);
  throw new MarfaError(
    'version_conflict',
    `The item is at version ${item.version}; the update was made against version ${input.version}.`,
    {
      companions: {
        current: { version: item.version, properties: item.properties },
        ancestor: ancestor && { version: input.version, properties: ancestor },
        conflicting_fields: Object.keys(input.properties ?? {}).filter((key) => ancestor === null || differs(key)),
        merge_policy: { fields: {}, default: 'last_writer_wins' },
      },
    },
  );
}
