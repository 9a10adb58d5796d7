import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';
import type { RedisConnection } from './redis.ts';

/** So many points in a window of time, for each key that is counted. */
export interface LimitRule {
  name: string;
  points: number;
  windowMs: number;
}

/** Makes something that counts: over Redis where several processes count together, in this process without it. */
export type CreateLimiter = (rule: LimitRule) => RateLimiterAbstract;

/** @param redis null to count in this process. While Redis is away, each process counts for itself. */
export function limiterFactory(redis: RedisConnection | null): CreateLimiter {
  return ({ name, points, windowMs }) => {
    const memory = new RateLimiterMemory({ keyPrefix: name, points, duration: windowMs / 1000 });
    if (redis === null) return memory;
    return new RateLimiterRedis({
      storeClient: redis.client,
      keyPrefix: `marfa:limit:${name}`,
      points,
      // Redis counts time in whole seconds here.
      duration: Math.ceil(windowMs / 1000),
      rejectIfRedisNotReady: true,
      insuranceLimiter: memory,
    });
  };
}
