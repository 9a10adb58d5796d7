import {
  bumpBetween,
  CONNECTOR_TYPES,
  CORE_TYPES,
  compareTypeSchemas,
  invalidSchema,
  isAtLeast,
  MAX_TYPE_SCHEMA_BYTES,
  MarfaError,
  parseTypeSchema,
  SYSTEM_TYPES,
  sizeOf,
  type TypeSchema,
} from '@withmarfa/shared';
import type { Caller } from '../../platform/caller.ts';
import type { Transaction } from '../../platform/database/database.ts';
import type { Platform } from '../../platform/platform.ts';
import type { AuditService } from '../audit/index.ts';
import { admitTypeName, requireTypesWrite } from './admit-name.ts';
import { judgeInheritance } from './judge-inheritance.ts';
import { openForChange, type SpaceState, usesOfType } from './types-store.ts';

/** Types and edge types that a space may have of its own, each. */
export const MAX_OWN_TYPES = 1000;

export interface OwnTypesService {
  /**
   * Registers a type. @param input parsed JSON, untrusted.
   * @throws MarfaError `forbidden`, `invalid_schema`, `property_shadows_field`, `reserved_namespace`, `payload_too_large`,
   *   `inheritance_violation`, `conflict`, `quota_exceeded`
   */
  create(transaction: Transaction, caller: Caller, input: unknown): Promise<TypeSchema>;
  /**
   * Replaces a type; items keep the `schema_version` they were written under. The same schema again changes nothing.
   * @throws MarfaError as `create`, and `type_not_found`, `core_type_immutable`, `version_bump_mismatch`
   */
  update(transaction: Transaction, caller: Caller, id: string, input: unknown): Promise<TypeSchema>;
  /** @throws MarfaError `type_not_found`, `core_type_immutable`, or `conflict` naming what still uses the type. */
  remove(transaction: Transaction, caller: Caller, id: string): Promise<void>;
}

export function createOwnTypes(platform: Platform, audit: AuditService): OwnTypesService {
  const note = (transaction: Transaction, caller: Caller, action: string, id: string, details = {}) =>
    audit.record(transaction, caller, { action, resource_type: 'type', resource_id: id, details });

  return {
    async create(transaction, caller, input) {
      requireTypesWrite(caller);
      const schema = parseTypeSchema(input);
      const text = toText(schema);
      admitTypeName(caller, schema.id);
      const state = await openForChange(transaction, platform, caller.spaceId);
      if (state.types.some(({ id }) => id === schema.id)) {
        throw new MarfaError('conflict', `This space has a type ${schema.id} already.`, {
          details: { issues: [{ path: '$.id', message: 'already used' }] },
        });
      }
      refuseOverQuota('types', state.types.length);
      judgeInheritance(schema, othersOf(state, schema.id));
      const at = platform.now().toISOString();
      await transaction
        .insertInto('space_types')
        .values({ space_id: caller.spaceId, id: schema.id, schema: text, created_at: at, updated_at: at })
        .execute();
      await note(transaction, caller, 'type.create', schema.id, { version: schema.version });
      return schema;
    },

    async update(transaction, caller, id, input) {
      refuseShipped(id);
      const schema = parseTypeSchema(input);
      const text = toText(schema);
      if (schema.id !== id) throw invalidSchema('The type schema', [{ path: '$.id', message: `expected ${id}` }]);
      const state = await openForChange(transaction, platform, caller.spaceId);
      const before = requireOwn(state, id);
      if (isSame(before, schema)) return before;
      judgeInheritance(schema, othersOf(state, id));
      refuseWrongBump(before, schema);
      await transaction
        .updateTable('space_types')
        .set({ schema: text, updated_at: platform.now().toISOString() })
        .where('space_id', '=', caller.spaceId)
        .where('id', '=', id)
        .execute();
      await note(transaction, caller, 'type.update', id, { from: before.version, to: schema.version });
      return schema;
    },

    async remove(transaction, caller, id) {
      refuseShipped(id);
      const state = await openForChange(transaction, platform, caller.spaceId);
      requireOwn(state, id);
      // Deleted first, looked for uses after: who is writing an item of this type holds the row, and is waited for.
      await transaction.deleteFrom('space_types').where('space_id', '=', caller.spaceId).where('id', '=', id).execute();
      const uses = await usesOfType(transaction, caller.spaceId, state, id);
      if (uses.length > 0) {
        throw new MarfaError('conflict', `${id} is still used by ${uses.slice(0, 5).join(', ')}.`, {
          details: { used_by: uses.slice(0, 100) },
        });
      }
      await note(transaction, caller, 'type.delete', id);
    },
  };
}

/** @throws MarfaError `payload_too_large` */
export function toText(schema: object): string {
  const text = JSON.stringify(schema);
  if (Buffer.byteLength(text) <= MAX_TYPE_SCHEMA_BYTES) return text;
  throw new MarfaError('payload_too_large', `A schema holds at most ${MAX_TYPE_SCHEMA_BYTES} bytes of JSON.`);
}

/** @throws MarfaError `quota_exceeded` */
export function refuseOverQuota(resource: 'types' | 'edge_types', current: number): void {
  if (current < MAX_OWN_TYPES) return;
  throw new MarfaError(
    'quota_exceeded',
    `A space has at most ${MAX_OWN_TYPES} ${resource.replace('_', ' ')} of its own.`,
    {
      details: { resource, limit: MAX_OWN_TYPES, current },
    },
  );
}

function refuseShipped(id: string): void {
  if ([...CORE_TYPES, ...CONNECTOR_TYPES, ...SYSTEM_TYPES].some((type) => type.id === id))
    throw new MarfaError('core_type_immutable', `${id} is shipped with the server and stays as it is.`);
}

function requireOwn(state: SpaceState, id: string): TypeSchema {
  const type = state.types.find((candidate) => candidate.id === id);
  if (type) return type;
  throw new MarfaError('type_not_found', `There is no type ${id} in this space.`);
}

function othersOf(state: SpaceState, id: string): Map<string, TypeSchema> {
  const all = [...CORE_TYPES, ...CONNECTOR_TYPES, ...SYSTEM_TYPES, ...state.types];
  return new Map(all.filter((type) => type.id !== id).map((type) => [type.id, type]));
}

function isSame(before: TypeSchema, after: TypeSchema): boolean {
  return before.version === after.version && compareTypeSchemas(before, after).length === 0;
}

function refuseWrongBump(before: TypeSchema, after: TypeSchema): void {
  const changes = compareTypeSchemas(before, after);
  const needed = sizeOf(changes);
  const bump = bumpBetween(before.version, after.version);
  const fits = bump !== null && bump !== 'none' && isAtLeast(bump, needed);
  if (fits) return;
  const why =
    bump === null || bump === 'none'
      ? `the version has to rise above ${before.version}`
      : `this is a ${needed} change, and ${before.version} to ${after.version} is a ${bump} one`;
  throw new MarfaError('version_bump_mismatch', `The version does not fit the change: ${why}.`, {
    details: { needed, bump, changes, issues: [{ path: '$.version', message: why }] },
  });
}
