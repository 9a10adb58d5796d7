/**
 * Marfa's bearer tokens: a prefix, at least 30 random base62 characters, and six base62 characters of CRC-32, so that
 * secret scanners find leaks without false hits and a mistyped token is refused without asking the database.
 */
export const TOKEN_PREFIXES = {
  apiKey: 'marfa_k1_',
  accessToken: 'marfa_at_',
  refreshToken: 'marfa_rt_',
  leaseToken: 'marfa_lt_',
  clientSecret: 'marfa_cs_',
} as const;

export type TokenKind = keyof typeof TOKEN_PREFIXES;

/** Finds Marfa tokens in text; published for secret scanners. The last six characters are the checksum. */
export const TOKEN_PATTERN = /\bmarfa_(?:k1|at|rt|lt|cs)_[0-9A-Za-z]{36,128}\b/;

const WHOLE_TOKEN = new RegExp(`^(?:${TOKEN_PATTERN.source})$`);
const KINDS = Object.keys(TOKEN_PREFIXES) as TokenKind[];

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const CHECKSUM_LENGTH = 6;
// 43 base62 characters carry 256 bits.
const RANDOM_LENGTH = 43;

/**
 * Makes a token.
 * @param randomBytes a cryptographic source: `(length) => bytes`.
 */
export function mintToken(kind: TokenKind, randomBytes: (length: number) => Uint8Array): string {
  const prefix = TOKEN_PREFIXES[kind];
  let random = '';
  while (random.length < RANDOM_LENGTH) {
    for (const byte of randomBytes(RANDOM_LENGTH)) {
      // 248 is the largest multiple of 62 in a byte; dropping the rest keeps every character equally likely.
      if (byte < 248 && random.length < RANDOM_LENGTH) random += ALPHABET[byte % 62];
    }
  }
  return `${prefix}${random}${checksumOf(prefix + random)}`;
}

/** @returns the kind of a token whose form and checksum are right, else null. Says nothing about whether it is live. */
export function recognizeToken(token: string): TokenKind | null {
  if (!WHOLE_TOKEN.test(token)) return null;
  const body = token.slice(0, -CHECKSUM_LENGTH);
  if (checksumOf(body) !== token.slice(-CHECKSUM_LENGTH)) return null;
  return KINDS.find((kind) => token.startsWith(TOKEN_PREFIXES[kind])) ?? null;
}

function checksumOf(text: string): string {
  let value = crc32(text);
  let encoded = '';
  for (let index = 0; index < CHECKSUM_LENGTH; index += 1) {
    encoded = ALPHABET[value % 62] + encoded;
    value = Math.floor(value / 62);
  }
  return encoded;
}

/** What each byte comes to; every request brings a token to be checked. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  return crc;
});

/** CRC-32 as in ISO 3309 and PNG (polynomial 0xEDB88320), over ASCII text. */
function crc32(text: string): number {
  let crc = 0xffffffff;
  for (let index = 0; index < text.length; index += 1)
    crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ text.charCodeAt(index)) & 0xff] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}
