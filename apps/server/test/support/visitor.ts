import { randomInt } from 'node:crypto';
import type { TestServer } from './start-server.ts';

/** One answer as a browser without script sees it. */
export interface SeenPage {
  status: number;
  headers: Headers;
  location: string | null;
  html: string;
  /** The hidden fields of the form that goes to `action`. */
  hidden(action: string): Record<string, string>;
}

/** A browser's part in HTTP: it keeps cookies, says where its forms come from, and has an address of its own. */
export interface Visitor {
  get(path: string): Promise<SeenPage>;
  /** Posts fields as they are. */
  post(
    path: string,
    fields: Record<string, string> | URLSearchParams,
    headers?: Record<string, string>,
  ): Promise<SeenPage>;
  /** Opens a page and sends the form on it that goes to `action`, with its hidden fields. */
  submit(page: string, action: string, fields?: Record<string, string>): Promise<SeenPage>;
  cookies: Map<string, string>;
  cookieHeader(): string;
}

export interface VisitorOptions {
  userAgent?: string;
  address?: string;
}

/** @param options.address seen by servers that trust 127.0.0.1 as a proxy; one that nobody else has if left out. */
export function aVisitor({ url }: Pick<TestServer, 'url'>, options: VisitorOptions = {}): Visitor {
  const { userAgent = 'tests', address = `10.${randomInt(256)}.${randomInt(256)}.${randomInt(256)}` } = options;
  const cookies = new Map<string, string>();
  const cookieHeader = () => [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');

  async function send(path: string, init: RequestInit & { headers?: Record<string, string> }): Promise<SeenPage> {
    const response = await fetch(`${url}${path}`, {
      ...init,
      redirect: 'manual',
      headers: { cookie: cookieHeader(), 'user-agent': userAgent, 'x-forwarded-for': address, ...init.headers },
    });
    for (const entry of response.headers.getSetCookie()) {
      const [pair = ''] = entry.split(';');
      const name = pair.slice(0, pair.indexOf('='));
      if (/max-age=0/i.test(entry)) cookies.delete(name);
      else cookies.set(name, pair.slice(name.length + 1));
    }
    const html = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      location: response.headers.get('location'),
      html,
      hidden(action) {
        const form = html.split('<form').find((part) => part.includes(`action="${action}"`));
        if (form === undefined) throw new Error(`no form goes to ${action} on: ${response.status} ${html}`);
        const inputs = form.split('</form>')[0]?.matchAll(/type="hidden" name="([^"]*)" value="([^"]*)"/g) ?? [];
        return Object.fromEntries([...inputs].map(([, name = '', value = '']) => [name, value]));
      },
    };
  }

  const post: Visitor['post'] = (path, fields, headers = { origin: url }) =>
    send(path, { method: 'POST', headers, body: new URLSearchParams(fields) });
  return {
    cookies,
    cookieHeader,
    get: (path) => send(path, {}),
    post,
    async submit(page, action, fields = {}) {
      const seen = await send(page, {});
      return post(action, { ...seen.hidden(action), ...fields });
    },
  };
}

export const OWNER = { name: 'Olive Owner', email: 'owner@example.org', password: 'four unrelated words' };

/** Makes the owner through the printed link. @returns the browser they are signed in with. */
export async function anOwner(server: TestServer): Promise<Visitor> {
  const visitor = aVisitor(server);
  const path = new URL(server.setupLink() ?? '').pathname + new URL(server.setupLink() ?? '').search;
  const { status } = await visitor.submit(path, '/setup', OWNER);
  if (status !== 303) throw new Error(`no owner: ${status}`);
  return visitor;
}

/** @returns the answer to signing in. */
export function signIn(visitor: Visitor, { email, password }: { email: string; password: string }, returnTo = '/') {
  const page = `/auth/sign-in?return_to=${encodeURIComponent(returnTo)}`;
  return visitor.submit(page, '/auth/sign-in', { email, password });
}

/** Whether the browser is signed in. */
export async function isSignedIn(visitor: Visitor): Promise<boolean> {
  return (await visitor.get('/auth/sessions')).status === 200;
}

/** For servers whose visitors have addresses of their own. */
export const BEHIND_PROXY = { TRUSTED_PROXY_CIDRS: '127.0.0.1' };
