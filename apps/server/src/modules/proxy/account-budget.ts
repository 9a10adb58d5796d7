import type { RateNews } from './read-rate-news.ts';

/** A call that was let through; told once when the head of its answer is there, or when there will be none. */
export interface Permit {
  settle(news: RateNews | null): void;
}

export type Verdict = { ok: true; permit: Permit } | { ok: false; retryAtMs: number };

/** What is known of the limits of one upstream account at one origin. */
export interface AccountBudget {
  /** Lets a call through, or says when it is worth asking again. */
  take(connectionId: string, nowMs: number): Verdict;
  /** What others have to know; null while nothing has been learned. */
  known(): Knowledge | null;
  /** Takes over what another process has learned. */
  hear(knowledge: Knowledge, nowMs: number): void;
}

/** The limits of an account, as processes tell each other. */
export interface Knowledge {
  limit: number | null;
  left: number;
  resetAtMs: number | null;
  blockedUntilMs: number;
}

/** Two ends that lie no further apart are ends of the same window. */
const SAME_WINDOW_MS = 1500;
/** Where a window is spent and nobody knows its end, or an upstream refuses without saying for how long. */
const ASK_AGAIN_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * Counts the calls to one account. Nothing is held back until an answer has told of a limit.
 *
 * An upstream's `remaining` is old by the time it is read: calls that were under way meanwhile may be counted in it or
 * not. So the own count is kept, and each answer moves it only as far as it must: down to `remaining`, and up to
 * `remaining` less the calls that were under way together with this one.
 *
 * Where a window was spent before its end, the next one is shared out: for its first half every Connection that asked in
 * the window before is sure of its share, and what is left over is for whoever comes.
 */
export function createAccountBudget(changed: () => void): AccountBudget {
  let limit: number | null = null;
  let left = Number.POSITIVE_INFINITY;
  let resetAtMs: number | null = null;
  let blockedUntilMs = 0;
  let underWay = 0;
  let sent = 0;
  let refusals = 0;

  let beganAtMs = 0;
  let lengthMs = 0;
  let isScarce = false;
  let heldBack = false;
  let askedBefore = new Set<string>();
  let asked = new Map<string, number>();

  /** Begins a new window once the old one is over. */
  function roll(nowMs: number): void {
    if (resetAtMs === null || nowMs < resetAtMs) return;
    begin(nowMs, resetAtMs - beganAtMs);
    left = limit === null ? Number.POSITIVE_INFINITY : Math.max(0, limit - underWay);
    resetAtMs = null;
  }

  function begin(nowMs: number, pastMs: number): void {
    isScarce = heldBack;
    heldBack = false;
    lengthMs = pastMs;
    beganAtMs = nowMs;
    askedBefore = new Set(asked.keys());
    asked = new Map();
  }

  /** @returns when one who has had its share may ask for what others have not taken; null when it may now. */
  function shareEndsMs(connectionId: string, nowMs: number): number | null {
    const half = beganAtMs + lengthMs / 2;
    if (!isScarce || limit === null || nowMs >= half) return null;
    const share = Math.max(1, Math.floor(limit / Math.max(1, askedBefore.size)));
    if ((asked.get(connectionId) ?? 0) < share) return null;
    let kept = 0;
    for (const other of askedBefore) kept += Math.max(0, share - (asked.get(other) ?? 0));
    return left > kept ? null : half;
  }

  function learn(news: RateNews, together: number, nowMs: number): void {
    if (news.limit !== null) limit = news.limit;
    refusals = news.refused ? refusals + 1 : 0;
    if (news.blockedUntilMs !== null) blockedUntilMs = Math.max(blockedUntilMs, news.blockedUntilMs);
    const isSilent = news.blockedUntilMs === null && (news.resetAtMs === null || news.remaining !== 0);
    if (news.refused && isSilent)
      blockedUntilMs = Math.max(blockedUntilMs, nowMs + Math.min(ASK_AGAIN_MS * 2 ** (refusals - 1), LONGEST_PAUSE_MS));
    if (news.remaining === null || news.resetAtMs === null || news.resetAtMs <= nowMs) return;
    if (resetAtMs !== null && news.resetAtMs < resetAtMs - SAME_WINDOW_MS) return;
    const atLeast = Math.max(0, news.remaining - together);
    if (resetAtMs !== null && news.resetAtMs > resetAtMs + SAME_WINDOW_MS) {
      begin(nowMs, resetAtMs - beganAtMs);
      left = atLeast;
    } else {
      if (beganAtMs === 0) beganAtMs = nowMs;
      left = left === Number.POSITIVE_INFINITY ? atLeast : Math.min(Math.max(left, atLeast), news.remaining);
    }
    resetAtMs = news.resetAtMs;
  }

  return {
    take(connectionId, nowMs) {
      roll(nowMs);
      const no = (retryAtMs: number): Verdict => {
        heldBack = true;
        if (!asked.has(connectionId)) asked.set(connectionId, 0);
        return { ok: false, retryAtMs };
      };
      if (nowMs < blockedUntilMs) return no(blockedUntilMs);
      // An upstream that has ceased to tell of a limit is taken at its word.
      if (left <= 0 && resetAtMs === null && underWay === 0) left = Number.POSITIVE_INFINITY;
      if (left <= 0) return no(resetAtMs ?? nowMs + ASK_AGAIN_MS);
      const later = shareEndsMs(connectionId, nowMs);
      if (later !== null) return no(later);

      left -= 1;
      sent += 1;
      // Without a limit nobody is counted against anybody.
      if (left !== Number.POSITIVE_INFINITY) asked.set(connectionId, (asked.get(connectionId) ?? 0) + 1);
      const before = underWay;
      const number = sent;
      underWay += 1;
      let isSettled = false;
      return {
        ok: true,
        permit: {
          settle(news) {
            if (isSettled) return;
            isSettled = true;
            underWay -= 1;
            if (news !== null) {
              learn(news, before + (sent - number), nowMs);
              changed();
            }
          },
        },
      };
    },

    known: () =>
      left === Number.POSITIVE_INFINITY && blockedUntilMs === 0 ? null : { limit, left, resetAtMs, blockedUntilMs },

    hear(knowledge, nowMs) {
      blockedUntilMs = Math.max(blockedUntilMs, knowledge.blockedUntilMs);
      limit = knowledge.limit ?? limit;
      if (knowledge.resetAtMs === null || knowledge.resetAtMs <= nowMs) return;
      roll(nowMs);
      const isSame = resetAtMs !== null && Math.abs(resetAtMs - knowledge.resetAtMs) <= SAME_WINDOW_MS;
      if (resetAtMs !== null && !isSame && knowledge.resetAtMs < resetAtMs) return;
      if (beganAtMs === 0) beganAtMs = nowMs;
      left = Math.min(left, knowledge.left);
      resetAtMs = isSame ? resetAtMs : knowledge.resetAtMs;
    },
  };
}
