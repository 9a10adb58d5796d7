import { createHmac } from 'node:crypto';
import { RateLimiterRes } from 'rate-limiter-flexible';
import type { CreateLimiter, LimitRule } from '../../platform/create-limiter.ts';
import type { Secret } from '../../platform/secret.ts';

/** Counts what is tried with one e-mail address, whether or not there is an account with it. */
export interface AttemptLimit {
  /** @returns 0 when another attempt is allowed, else the seconds to wait. */
  take(email: string): Promise<number>;
  /** Begins to count anew. */
  forgive(email: string): Promise<void>;
}

/** @param secret under which addresses are hashed: whoever reads the counts learns none. */
export function createAttemptLimit(createLimiter: CreateLimiter, secret: Secret, rule: LimitRule): AttemptLimit {
  const limiter = createLimiter(rule);
  const keyOf = (email: string) =>
    createHmac('sha256', secret.reveal()).update(`attempts ${email.toLowerCase()}`).digest('base64url');
  return {
    // Counted before the attempt: of many at once, no more than allowed get through.
    async take(email) {
      try {
        await limiter.consume(keyOf(email));
        return 0;
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        return Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
      }
    },
    async forgive(email) {
      await limiter.delete(keyOf(email));
    },
  };
}
