import {
  bulkAction,
  type ItemVersion,
  listItemVersions,
  type Properties,
  purgeItem,
  searchItems,
} from '@withmarfa/shared';
import { answer, type Mount, OK } from '../../http/mount-endpoint.ts';
import { createBulkAction } from './bulk/bulk-action.ts';
import type { ItemRoutesDeps } from './item-routes-deps.ts';
import { versionsOf } from './items-store.ts';
import { createListCursors } from './list/list-cursor.ts';
import { createItemList } from './list-items.ts';
import { createItemSearch } from './search/search-items.ts';

/** Search, versions, purging, and one action on many items. */
export function mountItemActionRoutes(mount: Mount, { platform, types, items, audit }: ItemRoutesDeps): void {
  const { database, now } = platform;
  const search = createItemSearch(platform, types, createItemList(platform, types));
  const act = createBulkAction({ platform, types, items, audit });

  mount.endpoint(searchItems, async ({ query }, caller) => answer(200, await search(database.read, caller, query)));
  mount.endpoint(bulkAction, async ({ body }, caller) => answer(200, await act(caller, body)));

  mount.endpoint(purgeItem, async ({ params }, caller) => {
    await database.write(async (transaction) => {
      const row = await items.purge(transaction, caller, params.id);
      await audit.record(transaction, caller, {
        action: 'item.purge',
        resource_type: 'item',
        resource_id: row.id,
        details: { type: row.type },
      });
    });
    return OK;
  });

  mount.endpoint(listItemVersions, async ({ params, query }, caller) => {
    const item = await items.requireReadable(database.read, caller, params.id);
    const cursors = createListCursors({ versions: item.id }, now);
    const before = query.cursor === undefined ? null : cursors.decodeNumber(query.cursor);
    const rows = await versionsOf(database.read, item, { before, limit: query.limit });
    const page = rows.slice(0, query.limit);
    const last = page.at(-1);
    const has_more = rows.length > query.limit;
    const versions = page.map(
      ({ item_id, version, properties, created_at, device }): ItemVersion => ({
        id: `${item_id}.${version}`,
        item_id,
        version,
        properties: JSON.parse(properties) as Properties,
        created_at,
        ...(device === null ? {} : { device }),
      }),
    );
    const cursor = has_more && last ? cursors.encode({ value: String(last.version), id: '' }) : null;
    return answer(200, { versions, cursor, has_more });
  });
}
