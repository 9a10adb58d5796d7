import { CORE_EDGE_TYPES, type EdgeType, MarfaError, parseEdgeType } from '@withmarfa/shared';
import type { Caller } from '../../platform/caller.ts';
import type { Transaction } from '../../platform/database/database.ts';
import type { Platform } from '../../platform/platform.ts';
import type { AuditService } from '../audit/index.ts';
import { admitEdgeTypeName, requireTypesWrite } from './admit-name.ts';
import { createCatalogue } from './create-catalogue.ts';
import { refuseOverQuota, toText } from './own-types.ts';
import { hasEdgesOfType, openForChange } from './types-store.ts';

export interface OwnEdgeTypesService {
  /**
   * Registers an edge type. @param input parsed JSON, untrusted.
   * @throws MarfaError `forbidden`, `invalid_schema`, `invalid_type` for a constraint on a type that is not there,
   *   `reserved_namespace`, `conflict`, `payload_too_large`, `quota_exceeded`
   */
  create(transaction: Transaction, caller: Caller, input: unknown): Promise<EdgeType>;
  /** @throws MarfaError `forbidden`, `type_not_found`, `core_type_immutable`, or `conflict` while there are edges. */
  remove(transaction: Transaction, caller: Caller, id: string): Promise<void>;
}

export function createOwnEdgeTypes(platform: Platform, audit: AuditService): OwnEdgeTypesService {
  return {
    async create(transaction, caller, input) {
      requireTypesWrite(caller);
      const type = parseEdgeType(input);
      const text = toText(type);
      admitEdgeTypeName(caller, type.id);
      const state = await openForChange(transaction, platform, caller.spaceId);
      if (state.edgeTypes.some(({ id }) => id === type.id)) {
        throw new MarfaError('conflict', `This space has an edge type ${type.id} already.`, {
          details: { issues: [{ path: '$.id', message: 'already used' }] },
        });
      }
      refuseOverQuota('edge_types', state.edgeTypes.length);
      const catalogue = createCatalogue(state);
      refuseUnknownTypes(type, (id) => catalogue.find(id) !== null);
      await transaction
        .insertInto('space_edge_types')
        .values({ space_id: caller.spaceId, id: type.id, schema: text, created_at: platform.now().toISOString() })
        .execute();
      await audit.record(transaction, caller, {
        action: 'type.create',
        resource_type: 'edge_type',
        resource_id: type.id,
      });
      return type;
    },

    async remove(transaction, caller, id) {
      requireTypesWrite(caller);
      if (CORE_EDGE_TYPES.some((type) => type.id === id))
        throw new MarfaError('core_type_immutable', `${id} is shipped with the server and stays as it is.`);
      const state = await openForChange(transaction, platform, caller.spaceId);
      if (!state.edgeTypes.some((type) => type.id === id))
        throw new MarfaError('type_not_found', `There is no edge type ${id} in this space.`);
      // Deleted first, looked for uses after: who is writing an edge of this type holds the row, and is waited for.
      await transaction
        .deleteFrom('space_edge_types')
        .where('space_id', '=', caller.spaceId)
        .where('id', '=', id)
        .execute();
      if (await hasEdgesOfType(transaction, caller.spaceId, id))
        throw new MarfaError('conflict', `There are still edges of type ${id}.`, { details: { used_by: ['edges'] } });
      await audit.record(transaction, caller, { action: 'type.delete', resource_type: 'edge_type', resource_id: id });
    },
  };
}

function refuseUnknownTypes(type: EdgeType, isKnown: (id: string) => boolean): void {
  const issues = (['source_type_constraints', 'target_type_constraints'] as const).flatMap((list) =>
    type[list].flatMap((id, index) =>
      isKnown(id) ? [] : [{ path: `$.${list}[${index}]`, message: `unknown type ${id}` }],
    ),
  );
  if (issues.length === 0) return;
  throw new MarfaError('invalid_type', `${issues[0]?.path}: ${issues[0]?.message} in this space.`, {
    details: { issues },
  });
}
