import { createHash, randomBytes } from 'node:crypto';
import type { BenchServer } from './server-process.ts';

const REDIRECT = 'http://127.0.0.1/callback';
const PERSON = { name: 'Bench', email: 'bench@example.org', password: 'four unrelated words' };

/** Has a person let a client in so many times. @returns a refresh token of each time. */
export async function signInMany(
  { url, setupLink }: Pick<BenchServer, 'url' | 'setupLink'>,
  { clientId, clientSecret, count }: { clientId: string; clientSecret: string; count: number },
): Promise<string[]> {
  const jar = new Map<string, string>();
  async function call(path: string, fields?: URLSearchParams): Promise<{ location: string; html: string }> {
    const response = await fetch(new URL(path, url), {
      redirect: 'manual',
      headers: { cookie: [...jar].map((pair) => pair.join('=')).join('; '), origin: url },
      ...(fields ? { method: 'POST', body: fields } : {}),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      jar.set(name, value);
    }
    return { location: response.headers.get('location') ?? '', html: await response.text() };
  }

  const link = new URL(setupLink());
  const setup = fieldsOf((await call(`${link.pathname}${link.search}`)).html);
  for (const [name, value] of Object.entries(PERSON)) setup.set(name, value);
  await call('/setup', setup);

  const tokens: string[] = [];
  while (tokens.length < count) {
    const verifier = randomBytes(32).toString('base64url');
    const query = new URLSearchParams({
      client_id: clientId,
      redirect_uri: REDIRECT,
      response_type: 'code',
      scope: 'core.note:read',
      prompt: 'consent',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    });
    const form = fieldsOf((await call(`/auth/authorize?${query}`)).html);
    form.set('decision', 'accept');
    const { location } = await call('/auth/authorize/decision', form);
    const code = new URL(location).searchParams.get('code') ?? '';
    const response = await fetch(`${url}/auth/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: clientId,
        client_secret: clientSecret,
        code,
        code_verifier: verifier,
        redirect_uri: REDIRECT,
      }),
    });
    const { refresh_token } = (await response.json()) as { refresh_token: string };
    tokens.push(refresh_token);
  }
  return tokens;
}

function fieldsOf(html: string): URLSearchParams {
  const fields = new URLSearchParams();
  for (const [tag] of html.slice(html.indexOf('<main')).matchAll(/<input[^>]*>/g)) {
    const name = / name="([^"]*)"/.exec(tag)?.[1];
    const value = / value="([^"]*)"/.exec(tag)?.[1] ?? '';
    if (name) fields.append(name, value.replaceAll('&amp;', '&'));
  }
  return fields;
}
