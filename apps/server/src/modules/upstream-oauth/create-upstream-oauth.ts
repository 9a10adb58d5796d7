import { type Bootstrap, type BootstrapDeps, createBootstrap } from './bootstrap.ts';
import { pruneTokenCalls } from './prune-token-calls.ts';
import { createRefresher } from './refresher.ts';
import { createUpstreamAccess, type UpstreamAccess } from './upstream-access.ts';

/** Upstream accounts: connecting them, keeping their tokens fresh, and the door to what calls carry. */
export interface UpstreamOAuth {
  bootstrap: Bootstrap;
  access: UpstreamAccess;
  /** Forgets journal entries of long ago. */
  prune(): Promise<void>;
  /** Frees what a process of the same database held when it ended; for the only process there is. */
  releaseLeases(): Promise<void>;
}

export function createUpstreamOAuth(deps: BootstrapDeps): UpstreamOAuth {
  const { platform } = deps;
  const refresher = createRefresher(deps);
  return {
    bootstrap: createBootstrap(deps),
    access: createUpstreamAccess({ ...deps, refresher }),
    prune: () => pruneTokenCalls(platform),
    async releaseLeases() {
      await platform.database.write((transaction) =>
        transaction.updateTable('upstream_tokens').set({ holder: '', lease_expires_at_ms: 0 }).execute(),
      );
    },
  };
}
