import type { OutgoingHttpHeaders } from 'node:http';
import { MarfaError } from '@withmarfa/shared';
import ipaddr from 'ipaddr.js';
import { RateLimiterRes } from 'rate-limiter-flexible';
import type { Caller } from '../platform/caller.ts';
import type { CreateLimiter } from '../platform/create-limiter.ts';

const READ_FACTOR = 2;
const CAP_WINDOW_MS = 60_000;
/** Bits of an IPv6 address that one client is given as a rule; it can choose the others. */
const IPV6_PREFIX_BYTES = 8;

/** Requests a minute from one address, whatever their credential. The first prefix that a path has counts. */
const CAPS: readonly { prefix: string; perMinute: number }[] = [
  { prefix: '/auth/sign-in/magic-link', perMinute: 5 },
  { prefix: '/auth/sign-in', perMinute: 10 },
  { prefix: '/auth/sign-up', perMinute: 5 },
  { prefix: '/auth/forgot-password', perMinute: 5 },
  { prefix: '/auth/reset-password', perMinute: 10 },
  { prefix: '/auth/verify-email/resend', perMinute: 5 },
  { prefix: '/auth/oauth2/token', perMinute: 60 },
  { prefix: '/auth/token', perMinute: 60 },
  { prefix: '/auth/oauth2/register', perMinute: 20 },
  // Devices ask every five seconds, and several may stand behind one address.
  { prefix: '/auth/device/token', perMinute: 120 },
  { prefix: '/auth/device', perMinute: 30 },
  { prefix: '/keys', perMinute: 200 },
];

export interface RateLimitOptions {
  requests: number;
  windowMs: number;
  createLimiter: CreateLimiter;
}

/** One request as the limits see it. */
export interface CountedRequest {
  method: string;
  /** The path as its endpoint declares it; of what is no endpoint, as it was sent, in lower case. */
  path: string;
  /** First segment of the path; one word for all that is no endpoint. */
  area: string;
  clientIp: string | null;
}

export interface RateLimits {
  /**
   * Counts a request and notes in `headers` what is left.
   * @param caller null counts by the address: for requests without a credential, and for those whose credential is wrong.
   * @throws MarfaError `rate_limited` once the bucket is empty; `Retry-After` is then among the headers.
   */
  count(request: CountedRequest, caller: Caller | null, headers: OutgoingHttpHeaders): Promise<void>;
}

interface Limit {
  points: number;
  consume(key: string): Promise<RateLimiterRes>;
}

/**
 * Limits requests by credential (else by address) and first segment of the path; reads get twice as many, counted apart.
 * A window starts with the first request that is counted in it.
 */
export function createRateLimits({ requests, windowMs, createLimiter }: RateLimitOptions): RateLimits {
  const reads = createLimiter({ name: 'read', points: requests * READ_FACTOR, windowMs });
  const writes = createLimiter({ name: 'write', points: requests, windowMs });
  const caps = CAPS.map(({ prefix, perMinute }) => ({
    prefix,
    limit: createLimiter({ name: `cap:${prefix}`, points: perMinute, windowMs: CAP_WINDOW_MS }),
  }));

  return {
    async count({ method, path, area, clientIp }, caller, headers) {
      const address = addressBucket(clientIp);
      const isRead = method === 'GET' || method === 'HEAD';
      // To look at a form is no attempt.
      const isAttempt = !(isRead && path.startsWith('/auth/'));
      const cap = isAttempt && caps.find(({ prefix }) => path === prefix || path.startsWith(`${prefix}/`));
      const capped = cap && (await take(cap.limit, address, headers));
      const whose = caller === null ? `ip:${address}` : `key:${caller.connectionId ?? caller.keyId}`;
      const own = await take(isRead ? reads : writes, `${whose}:${area}`, headers);
      // The one that ends first is the one to know about.
      if (capped && capped.remainingPoints < own.remainingPoints) tell(cap.limit, capped, headers);
      else tell(isRead ? reads : writes, own, headers);
    },
  };
}

async function take(limit: Limit, key: string, headers: OutgoingHttpHeaders): Promise<RateLimiterRes> {
  try {
    return await limit.consume(key);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    tell(limit, refusal, headers);
    const seconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
    headers['Retry-After'] = seconds;
    throw new MarfaError('rate_limited', `Too many requests; the next one is taken in ${seconds} s.`, {
      details: { limit: limit.points, retry_after_seconds: seconds },
    });
  }
}

function tell(
  { points }: Limit,
  { remainingPoints, msBeforeNext }: RateLimiterRes,
  headers: OutgoingHttpHeaders,
): void {
  headers['X-RateLimit-Limit'] = points;
  headers['X-RateLimit-Remaining'] = remainingPoints;
  headers['X-RateLimit-Reset'] = Math.ceil((Date.now() + msBeforeNext) / 1000);
}

/** @returns what one client is counted under: its IPv4 address, or the network that its IPv6 address lies in. */
export function addressBucket(clientIp: string | null): string {
  if (clientIp === null || !clientIp.includes(':') || !ipaddr.isValid(clientIp)) return clientIp ?? 'unknown';
  const network = ipaddr.parse(clientIp).toByteArray().slice(0, IPV6_PREFIX_BYTES);
  return Buffer.from(network).toString('hex');
}
