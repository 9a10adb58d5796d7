import { readNames } from './read-names.ts';

/** What an answer tells of the limits of an account. */
export interface RateNews {
  /** Calls that a window allows. */
  limit: number | null;
  /** Calls that were left when the upstream answered. */
  remaining: number | null;
  /** When the window ends, by this server's clock, in milliseconds. */
  resetAtMs: number | null;
  /** The upstream wants no call before this time. */
  blockedUntilMs: number | null;
  /** It refused this very call for its rate. */
  refused: boolean;
}

/** Upstreams that count over days are asked again after this long: their word may be wrong, or the limit raised. */
const LONGEST_MS = 3_600_000;
/** Whole seconds are rounded, and nobody says which way. */
const ROUNDING_MS = 1000;
/** Numbers from here on are no spans of time but points: seconds, or milliseconds, since 1970. */
const EPOCH_SECONDS = 1_000_000_000;
const EPOCH_MS = 100_000_000_000;

/** `X-RateLimit-*` is what most send; `RateLimit-*` are the older drafts of the IETF, `X-Rate-Limit-*` a way to spell it. */
const FIELD = /^(?:x-ratelimit|x-rate-limit|ratelimit)-(limit|remaining|reset)$/;

const READ_AS_THEY_ARE = new Set(['retry-after', 'date', 'ratelimit', 'ratelimit-policy']);

const headerOf = readNames((key) => ({ field: FIELD.exec(key)?.[1] ?? (READ_AS_THEY_ARE.has(key) ? key : null) }));

/**
 * Reads the limits out of an answer: `Retry-After` (RFC 9110 section 10.2.3), `X-RateLimit-*` with a reset in seconds from
 * now, in Unix seconds or in milliseconds, and `RateLimit` with `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers).
 * What makes no sense is passed over.
 * @param raw names and values in turns.
 * @returns null when nothing is told, as nearly always.
 */
export function readRateNews(status: number, raw: readonly string[], nowMs: number): RateNews | null {
  const found: Record<string, string | undefined> = {};
  let isThere = status === 429;
  for (let index = 0; index < raw.length; index += 2) {
    const { field } = headerOf(raw[index] ?? '');
    if (field === null) continue;
    found[field] ??= raw[index + 1] ?? '';
    if (field !== 'date') isThere = true;
  }
  if (!isThere) return null;
  const combined = readCombined(found.ratelimit, found['ratelimit-policy']);
  const limit = wholeNumber(found.limit) ?? combined.limit;
  const remaining = wholeNumber(found.remaining) ?? combined.remaining;
  const reset = found.reset === undefined ? combined.reset : Number(found.reset.trim());
  const ahead = reset === null ? null : spanOf(reset, found.date, nowMs);
  const refused = status === 429 || (status === 403 && found['retry-after'] !== undefined);
  const blockedMs = refused || status === 503 ? retryAfterMs(found['retry-after'], found.date, nowMs) : null;
  return {
    limit: limit !== null && limit > 0 ? limit : null,
    remaining,
    resetAtMs: ahead === null ? null : nowMs + Math.min(ahead, LONGEST_MS),
    blockedUntilMs: blockedMs === null ? null : nowMs + Math.min(blockedMs, LONGEST_MS),
    refused,
  };
}

/** @returns milliseconds from now; null for what makes no sense. A point in time is read by the upstream's own clock. */
function spanOf(reset: number, date: string | undefined, nowMs: number): number | null {
  if (!Number.isFinite(reset) || reset < 0) return null;
  if (reset < EPOCH_SECONDS) return reset * 1000 + ROUNDING_MS;
  const theirNow = clockOf(date, nowMs);
  if (reset >= EPOCH_MS) return Math.max(0, reset - theirNow);
  return Math.max(0, reset * 1000 - theirNow) + ROUNDING_MS;
}

function retryAfterMs(text: string | undefined, date: string | undefined, nowMs: number): number | null {
  if (text === undefined) return null;
  const seconds = /^\s*(\d{1,9})(?:\.\d+)?\s*$/.exec(text)?.[1];
  if (seconds !== undefined) return Math.ceil(Number(text)) * 1000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - clockOf(date, nowMs));
}

function clockOf(date: string | undefined, nowMs: number): number {
  const theirs = Date.parse(date ?? '');
  return Number.isNaN(theirs) ? nowMs : theirs;
}

/** `100`, also as `100, 100;w=60`. */
function wholeNumber(text: string | undefined): number | null {
  const digits = /^\s*(\d{1,9})(?![\d.])/.exec(text ?? '')?.[1];
  return digits === undefined ? null : Number(digits);
}

interface Combined {
  limit: number | null;
  remaining: number | null;
  reset: number | null;
}

/**
 * `"default";r=50;t=30` with the policy `"default";q=100;w=60`, or `limit=100, remaining=50, reset=30` of older drafts. Of
 * several policies the one with the fewest calls left counts.
 */
function readCombined(state: string | undefined, policies: string | undefined): Combined {
  if (state === undefined) return { limit: null, remaining: null, reset: null };
  const old = { limit: keyed(state, 'limit'), remaining: keyed(state, 'remaining'), reset: keyed(state, 'reset') };
  if (old.remaining !== null) return old;
  const items = state
    .split(',')
    .map((item) => ({ name: nameOf(item), remaining: keyed(item, 'r'), reset: keyed(item, 't') }))
    .filter((item) => item.remaining !== null)
    .sort((a, b) => (a.remaining ?? 0) - (b.remaining ?? 0));
  const [tightest] = items;
  if (!tightest) return { limit: null, remaining: null, reset: null };
  const policy = (policies ?? '').split(',').find((item) => nameOf(item) === tightest.name);
  return { limit: keyed(policy ?? '', 'q'), remaining: tightest.remaining, reset: tightest.reset };
}

function keyed(text: string, key: string): number | null {
  const digits = new RegExp(`(?:^|[;,\\s])${key}\\s*=\\s*(\\d{1,9})`).exec(text)?.[1];
  return digits === undefined ? null : Number(digits);
}

function nameOf(item: string): string {
  return (item.split(';', 1)[0] ?? '').trim();
}
