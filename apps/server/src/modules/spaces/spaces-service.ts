import { MarfaError, type Tenant } from '@withmarfa/shared';
import type { Queryable, Transaction } from '../../platform/database/database.ts';
import { NULL_SPACE_ID } from '../../platform/database/null-space.ts';
import type { Platform } from '../../platform/platform.ts';

export interface SpacesService {
  create(transaction: Transaction, name: string): Promise<Tenant>;
  list(): Promise<Tenant[]>;
  get(id: string): Promise<Tenant>;
}

/** The data boundaries of this server. The null space, which has no tenant id, is not among them. */
export function createSpacesService({ database, newId, now }: Platform): SpacesService {
  const spaces = (queryable: Queryable) =>
    queryable.selectFrom('spaces').select(['id', 'name', 'created_at']).where('id', '<>', NULL_SPACE_ID);
  return {
    async create(transaction, name) {
      const space = { id: newId(), name, created_at: now().toISOString() };
      await transaction.insertInto('spaces').values(space).execute();
      return space;
    },
    list: () => spaces(database.read).orderBy('id').execute(),
    async get(id) {
      const space = await spaces(database.read).where('id', '=', id).executeTakeFirst();
      if (!space) throw new MarfaError('not_found', 'There is no such space.');
      return space;
    },
  };
}
