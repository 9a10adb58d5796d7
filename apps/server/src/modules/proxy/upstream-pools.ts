import { LRUCache } from 'lru-cache';
import { type buildConnector, type Dispatcher, Pool } from 'undici';

/** Origins that are kept open at the same time; the one that was not called for longest is let go. */
const MAX_ORIGINS = 256;
/** Calls to one origin at the same time; more of them wait for one to end. */
const CONNECTIONS_PER_ORIGIN = 128;

export interface UpstreamPools {
  /** The connections to one origin, kept alive between calls. To be used at once. */
  of(origin: string): Dispatcher;
  /** Cuts every connection. */
  stop(): Promise<void>;
}

/** @param connect dials, and refuses what may not be dialled. */
export function createUpstreamPools(connect: buildConnector.connector): UpstreamPools {
  const pools = new LRUCache<string, Pool>({
    max: MAX_ORIGINS,
    // Calls under way are brought to their end.
    dispose: (pool) => void pool.close().catch(() => undefined),
    noDisposeOnSet: true,
  });

  return {
    of(origin) {
      const known = pools.get(origin);
      if (known) return known;
      const pool = new Pool(origin, { connect, connections: CONNECTIONS_PER_ORIGIN, pipelining: 1, allowH2: false });
      pools.set(origin, pool);
      return pool;
    },
    async stop() {
      const all = [...pools.values()];
      pools.clear();
      await Promise.all(all.map((pool) => pool.destroy()));
    },
  };
}
