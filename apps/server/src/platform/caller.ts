import type { Grant, Tier } from '@withmarfa/shared';

/** Who a request acts for, once its credential has been checked. */
export interface Caller extends Grant {
  keyId: string;
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
  clientIp: string | null;
}
