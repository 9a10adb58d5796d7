import type { PermissionMaps } from '@withmarfa/shared';
import type { Selectable } from 'kysely';
import type { Tables } from './database/tables.ts';

/** A key as requests act with it, with what they need to know of its space. */
export interface ActingKey {
  row: Selectable<Tables['api_keys']> & { space_revision: number };
  /** The four maps of the row, read once. */
  maps: PermissionMaps;
}
