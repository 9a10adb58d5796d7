import type { ServerResponse } from 'node:http';
import { MarfaError } from '@withmarfa/shared';
import { RateLimiterRes } from 'rate-limiter-flexible';
import type { CreateLimiter } from '../platform/create-limiter.ts';
import { addressBucket } from './rate-limits.ts';

const WRONG_ALLOWED = 10;
const WINDOW_MS = 600_000;

/** Counts wrong guesses at something short, by the address they come from; right ones cost nothing. */
export interface Guesses {
  /**
   * Lets one guess be looked at.
   * @param judge resolves to null when the guess was wrong.
   * @returns what `judge` found.
   * @throws MarfaError `rate_limited`, with `Retry-After` set, once too many were wrong.
   */
  take<Found>(
    who: { clientIp: string | null; response: Pick<ServerResponse, 'setHeader'> },
    judge: () => Promise<Found | null>,
  ): Promise<Found | null>;
}

export function createGuesses(createLimiter: CreateLimiter, name: string): Guesses {
  const limiter = createLimiter({ name: `guess:${name}`, points: WRONG_ALLOWED, windowMs: WINDOW_MS });
  return {
    async take({ clientIp, response }, judge) {
      const bucket = addressBucket(clientIp);
      // Counted before it is judged: of many at the same moment no more are looked at than one after the other.
      try {
        await limiter.consume(bucket);
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        const seconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
        response.setHeader('Retry-After', seconds);
        throw new MarfaError('rate_limited', `Too many wrong codes; the next one is taken in ${seconds} s.`);
      }
      let isWrong = false;
      try {
        const found = await judge();
        isWrong = found === null;
        return found;
      } finally {
        if (!isWrong) await limiter.reward(bucket);
      }
    },
  };
}
