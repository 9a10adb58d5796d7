import { manifest } from './manifest.ts';

/** What a deletion in Todoist does here. */
export type TombstoneMapping = 'state-trashed' | 'prompt-user' | 'ignore';

export interface TodoistOptions {
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Default the manifest's. */
  tombstoneMapping?: TombstoneMapping;
}

export function tombstoneMappingOf(options: TodoistOptions): TombstoneMapping {
  return options.tombstoneMapping ?? manifest.bidirectional_handling.tombstone_mapping;
}
