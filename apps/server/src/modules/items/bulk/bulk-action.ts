import { type BulkActionInput, type BulkActionResult, MarfaError } from '@withmarfa/shared';
import type { Caller } from '../../../platform/caller.ts';
import { attempt } from '../../../platform/database/attempt.ts';
import type { Transaction } from '../../../platform/database/database.ts';
import type { Platform } from '../../../platform/platform.ts';
import type { AuditService } from '../../audit/index.ts';
import type { TypesService } from '../../types/index.ts';
import { parseFilter } from '../filter/parse-filter.ts';
import { createItemMetadata } from '../item-metadata.ts';
import type { ItemsService } from '../items-service.ts';
import { type ItemSelection, selectItems } from '../list/item-selection.ts';
import type { ListPlace } from '../list/list-cursor.ts';
import { itemsById, walkItems } from '../list/walk-items.ts';

/** Items changed in one transaction: other writers wait for so many at the most. */
const CHUNK = 100;
/** Rows read at once on the way to the ids. */
const PAGE = 500;
/** Errors that are told one by one. */
const MAX_ERRORS = 1000;

type ItemError = NonNullable<BulkActionResult['errors']>[number];
interface ChunkOutcome {
  done: string[];
  errors: ItemError[];
  /** Items that others took along to the trash. */
  along: Set<string>;
}

/** Thrown to undo what a dry run did; it carries what would have come of it. */
class DryRunDone extends Error {
  readonly outcome: ChunkOutcome;
  constructor(outcome: ChunkOutcome) {
    super('a dry run is over');
    this.outcome = outcome;
  }
}

export interface BulkActionDeps {
  platform: Pick<Platform, 'database'>;
  types: TypesService;
  items: ItemsService;
  audit: AuditService;
}

/**
 * Does one thing to every item that matches: first the matching ids are gathered, then they are changed chunk by chunk.
 * Each item stands for itself, with the caller's rights on it; one that cannot be changed is told among the errors. A dry
 * run does the same and undoes it.
 */
export function createBulkAction({ platform: { database }, types, items, audit }: BulkActionDeps) {
  const metadata = createItemMetadata(database);

  async function act(
    transaction: Transaction,
    caller: Caller,
    id: string,
    { input, along }: { input: BulkActionInput; along: Set<string> },
  ): Promise<void> {
    switch (input.action) {
      case 'transition':
        await items.transition(transaction, caller, id, input.to_state, { along });
        return;
      case 'purge':
        await items.purge(transaction, caller, id);
        return;
      case 'update_tags': {
        const row = await items.requireReadable(transaction, caller, id);
        if (input.add_tags) await metadata.addTags(transaction, caller, row, input.add_tags);
        for (const tag of input.remove_tags ?? []) await metadata.removeTag(transaction, caller, row, tag);
        return;
      }
      case 'update_tier':
        await items.update(transaction, caller, id, { tier: input.to_tier });
        return;
      case 'update_properties':
        await items.update(transaction, caller, id, { properties: input.properties });
        return;
      case 'update_timestamp':
        await items.update(transaction, caller, id, { timestamp: input.timestamp });
        return;
      default:
        input satisfies never;
    }
  }

  async function changeChunk(
    transaction: Transaction,
    caller: Caller,
    ids: readonly string[],
    { input, gone }: { input: BulkActionInput; gone: ReadonlySet<string> },
  ): Promise<ChunkOutcome> {
    const outcome: ChunkOutcome = { done: [], errors: [], along: new Set() };
    for (const id of ids) {
      const along = new Set<string>();
      const tried = await attempt(transaction, () => act(transaction, caller, id, { input, along }));
      if (tried.ok) for (const one of along) outcome.along.add(one);
      // What this action has trashed along with an item before is where it was to go.
      const isThere = gone.has(id) || outcome.along.has(id);
      if (tried.ok || (isThere && input.action === 'transition' && input.to_state === 'trashed')) outcome.done.push(id);
      else outcome.errors.push({ id, code: tried.error.code, message: tried.error.message });
    }
    if (outcome.done.length > 0) {
      await audit.record(transaction, caller, {
        action: 'item.bulk_action',
        resource_type: 'item',
        resource_id: null,
        details: { action: input.action, count: outcome.done.length, ids: outcome.done },
      });
    }
    if (input.dry_run) throw new DryRunDone(outcome);
    return outcome;
  }

  return async (caller: Caller, input: BulkActionInput): Promise<BulkActionResult> => {
    if (input.action === 'purge' && caller.role === 'member')
      throw new MarfaError('forbidden', 'Purging needs an admin or tenant_admin credential.');
    const filter = input.filter === undefined ? undefined : parseFilter(input.filter, '$.filter');
    const catalogue = await types.of(caller);
    const selection = selectItems(database.dialect, caller, { catalogue, narrowing: { ...input, filter } });
    const ids = selection ? await matching(selection, input) : [];
    const done: string[] = [];
    const errors: ItemError[] = [];
    const gone = new Set<string>();
    // In the order of ids: two actions on the same items wait for each other, and never in a circle.
    const queue = ids.sort();
    for (let from = 0; from < queue.length; from += CHUNK) {
      const chunk = queue.slice(from, from + CHUNK);
      const outcome = await database
        .write((transaction) => changeChunk(transaction, caller, chunk, { input, gone }))
        .catch((error: unknown) => {
          if (error instanceof DryRunDone) return error.outcome;
          throw error;
        });
      done.push(...outcome.done);
      errors.push(...outcome.errors);
      if (!input.dry_run) for (const id of outcome.along) gone.add(id);
    }
    return {
      action: input.action,
      matched: queue.length,
      succeeded: done.length,
      errored: errors.length,
      dry_run: input.dry_run,
      ids: done,
      errors: errors.slice(0, MAX_ERRORS),
    };
  };

  /** @throws MarfaError `bulk_cap_exceeded` before anything is changed. */
  async function matching(selection: ItemSelection, { ids: named, max_items }: BulkActionInput): Promise<string[]> {
    const ids: string[] = [];
    const take = (rows: readonly { id: string; type: string }[]) => {
      for (const { id, type } of rows) if (selection.types.has(type)) ids.push(id);
      if (ids.length > max_items) {
        const message = `More than ${max_items} items match; nothing was changed. Narrow the selection or raise max_items.`;
        throw new MarfaError('bulk_cap_exceeded', message);
      }
    };
    if (named) {
      const all = [...new Set(named)];
      for (let from = 0; from < all.length; from += PAGE)
        take(await itemsById(database.read, selection, all.slice(from, from + PAGE)));
      return ids;
    }
    let after: ListPlace | null = null;
    do {
      const walk = await walkItems(
        database.read,
        selection,
        { sort: 'created_at', direction: 'asc' },
        { limit: PAGE, after },
      );
      take(walk.rows);
      after = walk.next;
    } while (after !== null);
    return ids;
  }
}
