import { createHash } from 'node:crypto';
import type { TokenBook, TokenPair } from './create-token-book.ts';
import { type Answer, json, spoil, type TokenFault } from './token-fault.ts';

/**
 * Answers `/token` to a client that has been recognised.
 * @param options.fault spoils the answer; what was asked is done.
 */
export function answerToken(
  form: URLSearchParams,
  options: { book: TokenBook; accessTtlSeconds: number; rotation: boolean; fault: TokenFault | null },
): Answer {
  const { book, fault } = options;
  switch (form.get('grant_type')) {
    case 'authorization_code': {
      const code = form.get('code') ?? '';
      const consent = book.lookUpCode(code);
      if (consent === null) return refused('the code is not good');
      if (consent.redirectUri !== form.get('redirect_uri')) return refused('another redirect_uri than at /authorize');
      if (consent.challenge !== null && consent.challenge !== challengeOf(form.get('code_verifier')))
        return refused('the code_verifier does not meet the challenge');
      return tell(book.redeemCode(code), true);
    }
    case 'refresh_token': {
      const pair = book.refresh(form.get('refresh_token') ?? '');
      return pair === null ? refused('the refresh token is not good') : tell(pair, options.rotation);
    }
    default:
      return json(400, { error: 'unsupported_grant_type' });
  }

  function tell({ access, refresh, scope }: TokenPair, withRefresh: boolean): Answer {
    const fields = {
      access_token: access,
      token_type: 'Bearer',
      expires_in: options.accessTtlSeconds,
      ...(withRefresh ? { refresh_token: refresh } : {}),
      ...(scope === null ? {} : { scope }),
    };
    return json(200, fault === null ? fields : spoil(fields, fault));
  }
}

function refused(error_description: string): Answer {
  return json(400, { error: 'invalid_grant', error_description });
}

function challengeOf(verifier: string | null): string | null {
  return verifier === null ? null : createHash('sha256').update(verifier).digest('base64url');
}
