import type { Cycle, Grant, Tier } from '@withmarfa/shared';

/** Who a request acts for, once its credential has been checked. */
export interface Caller extends Grant {
  /** Names the credential in the audit log: a key, an app's grant, or the client that acts for itself. */
  keyId: string;
  /** Set for OAuth access tokens. */
  tokenHash?: string;
  /** The person an OAuth access token acts for; null when it acts for its client. */
  userId?: string | null;
  spaceId: string;
  /** Names the state of the space's types and configuration as the request found it. */
  spaceRevision: number;
  /** Stamped onto everything the caller writes. */
  source: string;
  defaultTier: Tier;
  /** May write catalogue rows and do instance-level work. */
  isPlatform: boolean;
  /** Set for runtime credentials: the one Connection they are bound to. */
  connectionId: string | null;
  /** The chain that the caller's writes belong to. */
  cycle: Cycle;
  clientIp: string | null;
}
