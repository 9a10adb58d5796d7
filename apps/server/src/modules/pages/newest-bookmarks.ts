import type { Caller } from '../../platform/caller.ts';
import type { Database } from '../../platform/database/database.ts';
import type { createItemList } from '../items/index.ts';
import { type BookmarkView, toBookmarkView } from './views/home-page.tsx';

/** Rows that a page shows of a list. */
export const NEWEST = 20;

/** @param source the Connection whose bookmarks are wanted; absent for those of all. */
export async function newestBookmarks(
  items: ReturnType<typeof createItemList>,
  { read }: Pick<Database, 'read'>,
  { caller, source }: { caller: Caller; source?: string },
): Promise<BookmarkView[]> {
  const { data } = await items.list(read, caller, {
    type: 'core.bookmark',
    state: 'active',
    tier: 'all',
    sort: 'timestamp',
    direction: 'desc',
    limit: NEWEST,
    ...(source === undefined ? {} : { source }),
  });
  return data.map((row) => toBookmarkView('item' in row ? row.item : row));
}
