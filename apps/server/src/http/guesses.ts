import type { ServerResponse } from 'node:http';
import { MarfaError } from '@withmarfa/shared';
import type { CreateLimiter } from '../platform/create-limiter.ts';
import { addressBucket } from './rate-limits.ts';

const WRONG_ALLOWED = 10;
const WINDOW_MS = 600_000;

/** Counts wrong guesses at something short, by the address they come from; right ones cost nothing. */
export interface Guesses {
  /** @throws MarfaError `rate_limited`, with `Retry-After` set, once too many were wrong. */
  refuseMore(clientIp: string | null, response: Pick<ServerResponse, 'setHeader'>): Promise<void>;
  noteWrong(clientIp: string | null): Promise<void>;
}

export function createGuesses(createLimiter: CreateLimiter, name: string): Guesses {
  const limiter = createLimiter({ name: `guess:${name}`, points: WRONG_ALLOWED, windowMs: WINDOW_MS });
  return {
    async refuseMore(clientIp, response) {
      const counted = await limiter.get(addressBucket(clientIp));
      if (!counted || counted.consumedPoints < WRONG_ALLOWED) return;
      const seconds = Math.max(1, Math.ceil(counted.msBeforeNext / 1000));
      response.setHeader('Retry-After', seconds);
      throw new MarfaError('rate_limited', `Too many wrong codes; the next one is taken in ${seconds} s.`);
    },
    async noteWrong(clientIp) {
      await limiter.penalty(addressBucket(clientIp), 1);
    },
  };
}
