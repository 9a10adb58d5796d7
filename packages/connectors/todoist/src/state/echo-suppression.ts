import { z } from 'zod';

/** What was written upstream lately: external id, hash of its content, and when (milliseconds since the epoch). */
export const EchoRecordsSchema = z.array(z.tuple([z.string(), z.string(), z.number()]));
export type EchoRecords = z.infer<typeof EchoRecordsSchema>;

/**
 * Tells the connector's own writes from changes, when they come back from the upstream. Knows nothing of any upstream:
 * it can move to the SDK as it is.
 * @see contract, section 12.7
 */
export interface EchoSuppression {
  trackOutboundWrite(externalId: string, contentHash: string): void;
  /** @returns whether this very content was written within the echo time. */
  shouldSkipReactive(externalId: string, contentHash: string): boolean;
  /** @returns until when reads of it are not trusted, in milliseconds since the epoch; null when they are. */
  lagEndsAt(externalId: string): number | null;
  /** @returns what is still of use, newest last. */
  records(): EchoRecords;
}

/** More writes than that within the lag window are not remembered; the oldest go. */
const MAX_RECORDS = 1000;

export function createEchoSuppression(
  records: EchoRecords,
  options: { echoTtlSeconds: number; lagWindowSeconds: number; now: number },
): EchoSuppression {
  const echoMs = options.echoTtlSeconds * 1000;
  const lagMs = options.lagWindowSeconds * 1000;
  const { now } = options;
  const kept = new Map(
    records
      .filter(([, , at]) => at + Math.max(echoMs, lagMs) > now)
      .map(([id, hash, at]) => [id, { hash, at }] as const),
  );

  return {
    trackOutboundWrite(externalId, hash) {
      kept.delete(externalId);
      kept.set(externalId, { hash, at: now });
    },
    shouldSkipReactive(externalId, hash) {
      const record = kept.get(externalId);
      return record !== undefined && record.hash === hash && record.at + echoMs > now;
    },
    lagEndsAt(externalId) {
      const end = (kept.get(externalId)?.at ?? Number.NEGATIVE_INFINITY) + lagMs;
      return end > now ? end : null;
    },
    records: () => [...kept].slice(-MAX_RECORDS).map(([id, { hash, at }]) => [id, hash, at]),
  };
}
