import {
  bulkItems,
  createItem,
  deleteItem,
  getItem,
  type ItemState,
  listItemBackrefs,
  listItemEdges,
  listItems,
  restoreItem,
  transitionItem,
  updateItem,
} from '@withmarfa/shared';
import { answer, type Mount, OK, readyJson } from '../../http/mount-endpoint.ts';
import type { Caller } from '../../platform/caller.ts';
import { createBulkItems } from './bulk-items.ts';
import { mountItemActionRoutes } from './item-actions-routes.ts';
import { mountItemMetadataRoutes } from './item-metadata-routes.ts';
import type { ItemRoutesDeps } from './item-routes-deps.ts';
import { toItem } from './item-row.ts';
import { createItemList } from './list-items.ts';

export function mountItemRoutes(mount: Mount, { platform, types, items, edges, audit }: ItemRoutesDeps): void {
  const { database } = platform;
  const list = createItemList(platform, types);
  const bulk = createBulkItems(database, { items, edges, audit });

  mount.endpoint(createItem, async ({ body }, caller) => {
    const { outcome, envelope } = await database.write(async (transaction) => {
      const written = await items.put(transaction, caller, body);
      if (written.outcome !== 'unchanged') {
        const action = written.outcome === 'created' ? 'item.create' : 'item.update';
        await audit.record(transaction, caller, {
          action,
          resource_type: 'item',
          resource_id: written.row.id,
          details: { type: written.row.type },
        });
      }
      const tags = written.outcome === 'created' ? [...new Set(body.tags)].sort() : undefined;
      return {
        outcome: written.outcome,
        envelope: readyJson(await items.envelopeText(transaction, caller, written.row, tags)),
      };
    });
    return outcome === 'created' ? answer(201, envelope) : answer(200, envelope);
  });

  mount.endpoint(bulkItems, async ({ body }, caller) => answer(200, await bulk(caller, body)));
  mount.endpoint(listItems, async ({ query }, caller) =>
    answer(200, readyJson(await list.pageText(database.read, caller, query))),
  );

  mount.endpoint(getItem, async ({ params, query }, caller) => {
    if (!query.include) return answer(200, readyJson(await items.readText(database.read, caller, params.id)));
    const row = await items.requireReadable(database.read, caller, params.id);
    const [included] = await list.include(database.read, caller, [row], ['metadata', ...query.include]);
    const { item = toItem(row), metadata = { item_id: row.id, tags: [], extensions: {} } } = included ?? {};
    return answer(200, { item, metadata });
  });

  mount.endpoint(updateItem, async ({ params, body }, caller) => {
    const envelope = await database.write(async (transaction) => {
      const { row, changed } = await items.update(transaction, caller, params.id, body);
      if (changed) {
        await audit.record(transaction, caller, {
          action: 'item.update',
          resource_type: 'item',
          resource_id: row.id,
          details: { version: row.version },
        });
      }
      return readyJson(await items.envelopeText(transaction, caller, row));
    });
    return answer(200, envelope);
  });

  const move = (caller: Caller, id: string, { action, state }: { action: string; state: ItemState }) =>
    database.write(async (transaction) => {
      const row = await items.transition(transaction, caller, id, state);
      await audit.record(transaction, caller, {
        action,
        resource_type: 'item',
        resource_id: id,
        details: { state },
      });
      return readyJson(await items.envelopeText(transaction, caller, row));
    });

  mount.endpoint(transitionItem, async ({ params, body }, caller) =>
    answer(200, await move(caller, params.id, { action: 'item.transition', state: body.state })),
  );
  mount.endpoint(restoreItem, async ({ params }, caller) =>
    answer(200, await move(caller, params.id, { action: 'item.transition', state: 'active' })),
  );
  mount.endpoint(deleteItem, async ({ params }, caller) => {
    await move(caller, params.id, { action: 'item.delete', state: 'trashed' });
    return OK;
  });

  mountItemActionRoutes(mount, { platform, types, items, edges, audit });
  mountItemMetadataRoutes(mount, { database, items, audit });

  mount.endpoint(listItemEdges, async ({ params, query }, caller) => {
    await items.requireReadable(database.read, caller, params.id);
    return answer(200, await edges.list(caller, 'source_id', params.id, query));
  });
  mount.endpoint(listItemBackrefs, async ({ params, query }, caller) => {
    await items.requireReadable(database.read, caller, params.id);
    return answer(200, await edges.list(caller, 'target_id', params.id, query));
  });
}
