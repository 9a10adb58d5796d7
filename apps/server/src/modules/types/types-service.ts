import { MarfaError, SpaceConfigSchema } from '@withmarfa/shared';
import { LRUCache } from 'lru-cache';
import type { Caller } from '../../platform/caller.ts';
import type { Queryable, Transaction } from '../../platform/database/database.ts';
import { holdRows } from '../../platform/database/row-lock.ts';
import type { Platform } from '../../platform/platform.ts';
import { type Catalogue, createCatalogue } from './create-catalogue.ts';
import { loadSpaceState } from './types-store.ts';

/** Catalogues kept in memory, and the JSON they were made from; what is dropped is read again. */
const MAX_CATALOGUES = 1000;
const MAX_CATALOGUE_CHARACTERS = 128 * 1024 * 1024;

export interface TypesService {
  /**
   * The catalogue of the caller's space as the request found it.
   * @param queryable give the transaction inside one: a second connection may never come free.
   */
  of(caller: Pick<Caller, 'spaceId' | 'spaceRevision'>, queryable?: Queryable): Promise<Catalogue>;
  /** As `of`, for the platform's own work, which has no caller: the space as it is this moment. */
  ofSpace(spaceId: string, queryable?: Queryable): Promise<Catalogue>;
  /**
   * Keeps a type of the space from going away until the transaction ends; to be called before the first row of the type
   * is written. Shipped types cost nothing.
   * @throws MarfaError `invalid_type` or `type_not_found` when it went away since the request began.
   */
  hold(transaction: Transaction, caller: Caller, id: string, kind?: 'type' | 'edge type'): Promise<void>;
}

/** What every space has: core and system types, core edge types. */
const BASE = createCatalogue({ types: [], edgeTypes: [], config: SpaceConfigSchema.parse({}) });

/** The types of each space: what every space has, and its own. */
export function createTypesService({ database }: Pick<Platform, 'database'>): TypesService {
  const kept = new LRUCache<string, Catalogue>({ max: MAX_CATALOGUES, maxSize: MAX_CATALOGUE_CHARACTERS });

  async function of(caller: Pick<Caller, 'spaceId' | 'spaceRevision'>, queryable: Queryable = database.read) {
    if (caller.spaceRevision === 0) return BASE;
    const key = `${caller.spaceId}:${caller.spaceRevision}`;
    const known = kept.get(key);
    if (known) return known;
    const state = await loadSpaceState(queryable, caller.spaceId);
    const catalogue = createCatalogue(state);
    // A transaction may see a revision that is never committed; it is kept under no name.
    if (state.revision === caller.spaceRevision) kept.set(key, catalogue, { size: state.size });
    return catalogue;
  }

  return {
    of,

    async ofSpace(spaceId, queryable = database.read) {
      const state = await loadSpaceState(queryable, spaceId);
      return state.revision === 0 ? BASE : createCatalogue(state);
    },

    async hold(transaction, caller, id, kind = 'type') {
      if (!(await of(caller, transaction)).isOwn(id, kind)) return;
      const select = transaction
        .selectFrom(kind === 'type' ? 'space_types' : 'space_edge_types')
        .select('id')
        .where('space_id', '=', caller.spaceId)
        .where('id', '=', id);
      if (await holdRows(select, database.dialect).executeTakeFirst()) return;
      throw new MarfaError(kind === 'type' ? 'invalid_type' : 'type_not_found', `There is no ${kind} ${id} any more.`);
    },
  };
}
