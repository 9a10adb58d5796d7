import { decodeJwt } from 'jose';
import { z } from 'zod';
import { Secret } from '../../platform/secret.ts';

/** Longest life that is believed, in seconds: ten years. */
const LONGEST_LIFE_SECONDS = 315_360_000;

/** What a person's grant consists of. */
export interface GrantedTokens {
  accessToken: Secret;
  /** Null when the upstream gave none; on a renewal the former one then stays good. */
  refreshToken: Secret | null;
  tokenType: string;
  scope: string | null;
  /** Null when the upstream did not tell. */
  expiresInSeconds: number | null;
  /** Whose account it is, where an id token told. */
  account: string | null;
}

// What goes into a header has no blanks, no line breaks and no control characters.
const token = z.string().regex(/^[\x21-\x7e]{1,16384}$/);
const AnswerSchema = z.looseObject({
  access_token: token,
  token_type: z.string().optional().catch(undefined),
  refresh_token: token.optional().catch(undefined),
  scope: z.string().max(8192).optional().catch(undefined),
  expires_in: z
    .union([
      z.number(),
      z
        .string()
        .regex(/^\d+(\.\d+)?$/)
        .transform(Number),
    ])
    .optional()
    .catch(undefined),
  id_token: z.string().optional().catch(undefined),
});

/**
 * Reads the success of a token endpoint (RFC 6749, section 5.1), leniently: what is missing or makes no sense is left
 * out, except the access token itself.
 * @returns null when there is no usable bearer in it.
 */
export function readTokenAnswer(body: unknown): GrantedTokens | null {
  const answer = AnswerSchema.safeParse(body).data;
  if (answer === undefined) return null;
  const { access_token, token_type = 'Bearer', refresh_token, scope, expires_in, id_token } = answer;
  if (token_type.toLowerCase() !== 'bearer') return null;
  const life = expires_in !== undefined && expires_in > 0 ? Math.min(expires_in, LONGEST_LIFE_SECONDS) : null;
  return {
    accessToken: Secret.of(access_token),
    refreshToken: refresh_token === undefined ? null : Secret.of(refresh_token),
    tokenType: 'Bearer',
    scope: scope ?? null,
    expiresInSeconds: life,
    account: accountIn(id_token),
  };
}

/** Read, not verified: it came straight from the token endpoint (OpenID Connect Core 3.1.3.7, rule 6), and opens nothing. */
function accountIn(idToken: string | undefined): string | null {
  if (idToken === undefined) return null;
  try {
    const { iss, sub } = decodeJwt(idToken);
    return sub === undefined ? null : `${iss ?? ''} ${sub}`.slice(0, 512);
  } catch {
    return null;
  }
}
