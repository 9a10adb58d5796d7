import type { AuthorizationServerOptions } from './authorization-server-options.ts';
import type { TokenBook } from './create-token-book.ts';
import type { Answer } from './token-fault.ts';

/**
 * Answers `/authorize` as a person who has signed in and consents at once.
 * @param options.denial an error to send back in place of a code, such as `access_denied`.
 */
export function answerAuthorize(
  asked: URLSearchParams,
  options: {
    book: TokenBook;
    clientId: string;
    redirectUris: readonly string[] | undefined;
    pkce: NonNullable<AuthorizationServerOptions['pkce']>;
    denial: string | null;
  },
): Answer {
  const redirectUri = asked.get('redirect_uri') ?? '';
  // Nobody is sent to an address that is not known to be the client's (RFC 6749, section 4.1.2.1).
  if (asked.get('client_id') !== options.clientId) return page(`no client ${asked.get('client_id')}`);
  const isKnown = options.redirectUris?.includes(redirectUri) ?? URL.canParse(redirectUri);
  if (!isKnown) return page(`redirect_uri ${redirectUri} is not registered`);

  const challenge = options.pkce === 'ignored' ? null : asked.get('code_challenge');
  const fault =
    options.denial ??
    (asked.get('response_type') === 'code' ? null : 'unsupported_response_type') ??
    (challenge === null && options.pkce === 'required' ? 'invalid_request' : null) ??
    (challenge !== null && asked.get('code_challenge_method') !== 'S256' ? 'invalid_request' : null);
  if (fault !== null) return redirect({ error: fault });
  return redirect({ code: options.book.mintCode({ redirectUri, scope: asked.get('scope'), challenge }) });

  function redirect(fields: Record<string, string>): Answer {
    const target = new URL(redirectUri);
    for (const [name, value] of Object.entries(fields)) target.searchParams.set(name, value);
    const state = asked.get('state');
    if (state !== null) target.searchParams.set('state', state);
    return { status: 302, headers: { location: target.href }, body: '' };
  }
}

function page(fault: string): Answer {
  return { status: 400, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: `Refused: ${fault}.` };
}
