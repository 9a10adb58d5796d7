import type { Selectable } from 'kysely';
import type { Tables } from '../../platform/database/tables.ts';

/** An installed Connection as it is stored. */
export type ConnectionRow = Selectable<Tables['connections']>;
