import type { Platform } from '../../../platform/platform.ts';
import { type VersionPolicy, versionsToDrop } from './versions-to-drop.ts';

/** Versions looked at in one step, and steps of one run; the next run goes on where this one ended. */
const STEP = 2000;
const STEPS_PER_RUN = 100;

interface Place {
  item_id: string;
  version: number;
}

/** Thins what items were, a bounded part of all versions at a time, in the order of item ids. */
export function createVersionThinning({ database, now }: Pick<Platform, 'database' | 'now'>, policy: VersionPolicy) {
  let place: Place = { item_id: '', version: 0 };

  async function step(): Promise<boolean> {
    const rows = await database.read
      .selectFrom('item_versions')
      .select(['item_id', 'space_id', 'version', 'created_at'])
      .where((versions) =>
        versions(versions.refTuple('item_id', 'version'), '>', versions.tuple(place.item_id, place.version)),
      )
      .orderBy('item_id')
      .orderBy('version')
      .limit(STEP)
      .execute();
    const last = rows.at(-1);
    const isEnd = rows.length < STEP;
    // The last item may go on beyond the step: it is looked at whole in the next one, unless it fills a step by itself.
    const whole =
      isEnd || rows[0]?.item_id === last?.item_id ? rows : rows.filter((row) => row.item_id !== last?.item_id);
    const byItem = new Map<string, typeof whole>();
    for (const row of whole) {
      const versions = byItem.get(row.item_id);
      if (versions) versions.push(row);
      else byItem.set(row.item_id, [row]);
    }
    const drops = [...byItem.values()].flatMap((versions) => {
      const gone = versionsToDrop(versions, policy, now());
      return gone.length > 0 && versions[0] ? [{ ...versions[0], gone }] : [];
    });
    if (drops.length > 0) {
      await database.write(async (transaction) => {
        for (const { item_id, space_id, gone } of drops) {
          await transaction
            .deleteFrom('item_versions')
            .where('space_id', '=', space_id)
            .where('item_id', '=', item_id)
            .where('version', 'in', gone)
            .execute();
        }
      });
    }
    const end = whole.at(-1);
    place = isEnd || !end ? { item_id: '', version: 0 } : { item_id: end.item_id, version: end.version };
    return !isEnd;
  }

  return async (): Promise<void> => {
    if (policy.recentDays === 0) return;
    for (let count = 0; count < STEPS_PER_RUN; count += 1) if (!(await step())) return;
  };
}
