/** What a person consented to at `/authorize`, until its code is redeemed. */
export interface AuthorizedCode {
  redirectUri: string;
  scope: string | null;
  /** S256; null when the client sent none. */
  challenge: string | null;
}

/** Everything that one consent led to. */
interface Family {
  scope: string | null;
  isDead: boolean;
}

export interface TokenPair {
  access: string;
  refresh: string;
  scope: string | null;
}

/** The codes and tokens of a server, and which of them are good. */
export interface TokenBook {
  /** Every code and token made so far. */
  readonly issued: readonly string[];
  /** Access tokens by life: until when, in milliseconds since the epoch. */
  isLive(access: string): boolean;
  scopeOf(access: string): string | null;
  mintCode(consent: AuthorizedCode): string;
  /** @returns what stands behind a code that is good; null for any other. One that comes twice ends what it led to. */
  lookUpCode(code: string): AuthorizedCode | null;
  /** Spends a code that was looked up. */
  redeemCode(code: string): TokenPair;
  /** A consent without any `/authorize`. */
  grant(scope: string | null): TokenPair;
  /** @returns null for a refresh token that is not good, or not any more. */
  refresh(refresh: string): TokenPair | null;
  /** Ends a token; a refresh token takes its whole family along. */
  revoke(token: string): void;
  expireAccessTokens(): void;
  revokeAll(): void;
}

const CODE_LIFE_MS = 60_000;

export function createTokenBook(options: {
  accessTtlSeconds: number;
  rotation: boolean;
  strict: boolean;
  now: () => number;
  /** @param kind `code`, `at` or `rt`, to tell them apart. */
  mint: (kind: 'code' | 'at' | 'rt') => string;
}): TokenBook {
  const { now } = options;
  const issued: string[] = [];
  const codes = new Map<string, { consent: AuthorizedCode; goodUntil: number; family: Family | null }>();
  const accesses = new Map<string, { family: Family; goodUntil: number }>();
  const refreshes = new Map<string, { family: Family; isSpent: boolean }>();

  function mint(kind: 'code' | 'at' | 'rt'): string {
    const secret = options.mint(kind);
    issued.push(secret);
    return secret;
  }

  function mintAccess(family: Family): string {
    const access = mint('at');
    accesses.set(access, { family, goodUntil: now() + options.accessTtlSeconds * 1000 });
    return access;
  }

  function mintPair(family: Family): TokenPair {
    const refresh = mint('rt');
    refreshes.set(refresh, { family, isSpent: false });
    return { access: mintAccess(family), refresh, scope: family.scope };
  }

  return {
    issued,
    isLive(access) {
      const known = accesses.get(access);
      return known !== undefined && !known.family.isDead && now() < known.goodUntil;
    },
    scopeOf: (access) => accesses.get(access)?.family.scope ?? null,
    mintCode(consent) {
      const code = mint('code');
      codes.set(code, { consent, goodUntil: now() + CODE_LIFE_MS, family: null });
      return code;
    },
    lookUpCode(code) {
      const known = codes.get(code);
      if (!known || now() >= known.goodUntil) return null;
      if (known.family === null) return known.consent;
      // RFC 6749, section 4.1.2: a code that comes twice may have been stolen.
      known.family.isDead = true;
      return null;
    },
    redeemCode(code) {
      const known = codes.get(code);
      const family = { scope: known?.consent.scope ?? null, isDead: false };
      if (known) known.family = family;
      return mintPair(family);
    },
    grant: (scope) => mintPair({ scope, isDead: false }),
    refresh(refresh) {
      const known = refreshes.get(refresh);
      if (!known || known.family.isDead) return null;
      if (known.isSpent) {
        if (options.strict) known.family.isDead = true;
        return null;
      }
      if (!options.rotation) return { access: mintAccess(known.family), refresh, scope: known.family.scope };
      known.isSpent = true;
      return mintPair(known.family);
    },
    revoke(token) {
      const refresh = refreshes.get(token);
      if (refresh) refresh.family.isDead = true;
      accesses.delete(token);
    },
    expireAccessTokens() {
      for (const access of accesses.values()) access.goodUntil = now();
    },
    revokeAll() {
      for (const { family } of [...accesses.values(), ...refreshes.values()]) family.isDead = true;
    },
  };
}
