import type { Clock } from '@withmarfa/engine';
import type { Mount } from '../../http/mount-endpoint.ts';
import type { Outbound } from '../../platform/outbound-fetch.ts';
import type { Platform } from '../../platform/platform.ts';
import type { AuditService } from '../audit/index.ts';
import type { ConnectionsService } from '../connections/index.ts';
import type { IntegrationsService } from '../integrations/index.ts';
import type { UpstreamAccess } from '../upstream-oauth/index.ts';
import type { BudgetBoard } from './budget-board.ts';
import { mountLeaseRoutes } from './leases-routes.ts';
import { createLeasesService } from './leases-service.ts';
import { createProxiedConnections } from './proxied-connections.ts';
import { createProxyAudit } from './proxy-audit.ts';
import { createProxyCall } from './proxy-call.ts';
import { mountProxyRoutes } from './proxy-routes.ts';
import { createUpstreamBudgets } from './upstream-budgets.ts';
import { createUpstreamPools } from './upstream-pools.ts';
import { createFindBase } from './upstream-targets.ts';

const FIRST_BYTE_WITHIN_MS = 30_000;
const SILENCE_MS = 30_000;

export interface ProxyDeps {
  platform: Platform;
  connections: ConnectionsService;
  integrations: IntegrationsService;
  audit: AuditService;
  access: UpstreamAccess;
  outbound: Pick<Outbound, 'policy' | 'connector'>;
  /** Null where this process is the only one. */
  board: BudgetBoard | null;
  clock: Clock;
  /** Whether credentials may travel by plain http; what the operator named may in any case. */
  mayBePlain: boolean;
  maxRequestBytes: number;
  maxResponseBytes: number;
}

/** The way of a Connection to its upstream: through the proxy, and by lease. */
export interface UpstreamProxy {
  mount(mount: Mount): void;
  /** Forgets leases that ended long ago, and limits that are over. */
  prune(): Promise<void>;
  /** Cuts what is under way and writes what waits to be written. */
  stop(): Promise<void>;
}

export function createUpstreamProxy(deps: ProxyDeps): UpstreamProxy {
  const { platform, integrations, audit, access, outbound, board, clock, mayBePlain } = deps;
  const { maxRequestBytes, maxResponseBytes } = deps;
  const connections = createProxiedConnections(platform, deps.connections);
  const findBase = createFindBase({ policy: outbound.policy, mayBePlain });
  const pools = createUpstreamPools(outbound.connector);
  const budgets = createUpstreamBudgets({ clock, board });
  const log = createProxyAudit(platform, { audit, logger: platform.logger });
  const limits = { maxRequestBytes, maxResponseBytes, firstByteMs: FIRST_BYTE_WITHIN_MS, silenceMs: SILENCE_MS };
  const call = createProxyCall({
    integrations,
    access,
    findBase,
    pools,
    budgets,
    limits,
    nowMs: () => platform.now().getTime(),
  });
  const leases = createLeasesService({ platform, connections, integrations, access, findBase, audit });

  return {
    mount(mount) {
      mountProxyRoutes(mount, { connections, call, audit: log, limits });
      mountLeaseRoutes(mount, leases);
    },
    async prune() {
      await leases.prune();
      await board?.prune();
    },
    async stop() {
      budgets.stop();
      await pools.stop();
      await log.stop();
    },
  };
}
