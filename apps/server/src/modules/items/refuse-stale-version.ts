import { MarfaError, type Properties, type UpdateItemInput } from '@withmarfa/shared';
import type { Transaction } from '../../platform/database/database.ts';
import type { Catalogue } from '../types/index.ts';
import type { ItemRow } from './item-row.ts';
import { findVersion } from './items-store.ts';

/**
 * Refuses an update that was made against an older version, with what is needed to merge: the current state, the
 * state the update started from, the fields both sides changed, and how the type wants them merged. Tier and timestamp changes never conflict.
 * @throws MarfaError `version_conflict`
 */
export async function refuseStaleVersion(
  transaction: Transaction,
  row: ItemRow,
  { input, catalogue }: { input: UpdateItemInput; catalogue: Catalogue },
): Promise<void> {
  const touches = input.properties !== undefined || input.edges !== undefined;
  if (input.version === undefined || input.version === row.version || !touches) return;
  const current = JSON.parse(row.properties) as Properties;
  const base = await findVersion(transaction, row.space_id, row.id, input.version);
  const ancestor = base === null ? null : (JSON.parse(base) as Properties);
  const differs = (key: string) => JSON.stringify(current[key]) !== JSON.stringify(ancestor?.[key]);
  throw new MarfaError(
    'version_conflict',
    `The item is at version ${row.version}; the update was made against version ${input.version}.`,
    {
      companions: {
        current: { version: row.version, properties: current },
        ancestor: ancestor === null ? null : { version: input.version, properties: ancestor },
        conflicting_fields: Object.keys(input.properties ?? {}).filter((key) => ancestor === null || differs(key)),
        merge_policy: mergePolicyOf(catalogue, row.type),
      },
    },
  );
}

/** The policy of the type, or of the nearest parent that has one. */
function mergePolicyOf(catalogue: Catalogue, type: string) {
  const { id, ancestors = [] } = catalogue.refOf(type);
  const declared = [id, ...ancestors].map((name) => catalogue.find(name)?.merge_policy);
  return declared.find((policy) => policy !== undefined) ?? { fields: {}, default: 'last_writer_wins' };
}
