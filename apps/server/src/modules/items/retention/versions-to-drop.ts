/** How long what an item was is kept. A day count of 0 leaves its step out; `recentDays` 0 keeps everything. */
export interface VersionPolicy {
  /** Every version that was current within so many days is kept. */
  recentDays: number;
  /** Older ones: the last of each day, up to this age. */
  dailyDays: number;
  /** Older still: the last of each week, up to this age; beyond it none. */
  weeklyDays: number;
  /** Of those that are not recent, the newest so many; 0 for no limit. */
  maxVersions: number;
}

export interface KeptVersion {
  version: number;
  /** When it became current, ISO 8601 in UTC. */
  created_at: string;
}

const DAY_MS = 86_400_000;

/**
 * Decides which versions of one item go. A version was current until the next one came, so the newest of those before the
 * recent days stays: somebody may have begun an edit from it.
 * @param versions of one item, oldest first.
 * @returns the numbers of those to drop.
 */
export function versionsToDrop(versions: readonly KeptVersion[], policy: VersionPolicy, now: Date): number[] {
  if (policy.recentDays === 0) return [];
  const ageMs = ({ created_at }: KeptVersion) => now.getTime() - Date.parse(created_at);
  const older = versions.filter((version) => ageMs(version) > policy.recentDays * DAY_MS);
  const newest = older.at(-1);
  const kept = new Map<string, number>();
  for (const version of older) {
    const bucket = bucketOf(version, ageMs(version), policy);
    // Oldest first: the last of a day or week takes its place.
    if (bucket !== null) kept.set(bucket, version.version);
  }
  const staying = [...kept.values()].sort((a, b) => a - b);
  const within = policy.maxVersions === 0 ? staying : staying.slice(-policy.maxVersions);
  const stays = new Set(newest ? [...within, newest.version] : within);
  return older.map(({ version }) => version).filter((version) => !stays.has(version));
}

function bucketOf({ created_at }: KeptVersion, ageMs: number, { dailyDays, weeklyDays }: VersionPolicy): string | null {
  if (ageMs <= dailyDays * DAY_MS) return `day ${created_at.slice(0, 10)}`;
  if (ageMs <= weeklyDays * DAY_MS) return `week ${Math.floor(Date.parse(created_at) / (7 * DAY_MS))}`;
  return null;
}
