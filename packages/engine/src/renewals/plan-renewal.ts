import type { Registration } from '@withmarfa/shared';

const DAY_MS = 86_400_000;
/** Of a life that is shorter than five days, this share is left when it is renewed. */
const SHORTEST_SHARE = 5;
/** However short the lives are that an upstream gives: renewing does nothing but renew otherwise. */
const SHORTEST_WAIT_MS = 1000;

/** @returns when the first of them ends, in milliseconds since the epoch, or null without any. */
export function earliestEndMs(registrations: readonly Registration[]): number | null {
  const ends = registrations.map(({ expires_at }) => Date.parse(expires_at));
  return ends.length === 0 ? null : Math.min(...ends);
}

/**
 * When registrations are to be renewed: as the first of them asks, else a day before it ends, or when a fifth of what is left
 * of a shorter life remains. A wish for a time that has passed, or that lies behind the end, is none.
 * @returns null without any.
 */
export function planRenewal(registrations: readonly Registration[], nowMs: number): number | null {
  if (registrations.length === 0) return null;
  const times = registrations.map(({ expires_at, renew_at }) => {
    const endMs = Date.parse(expires_at);
    const wishedMs = renew_at === undefined ? Number.NaN : Date.parse(renew_at);
    if (wishedMs > nowMs && wishedMs < endMs) return wishedMs;
    return endMs - Math.min(DAY_MS, (endMs - nowMs) / SHORTEST_SHARE);
  });
  return Math.ceil(Math.max(Math.min(...times), nowMs + SHORTEST_WAIT_MS));
}
