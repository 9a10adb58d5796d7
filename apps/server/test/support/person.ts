import type { TestServer } from './start-server.ts';

/** A page as a browser has it. */
export interface PageAnswer {
  status: number;
  /** Where it leads, unfollowed. */
  location: string | null;
  headers: Headers;
  html: string;
}

/** Somebody at a browser without script: keeps cookies, posts forms with what stands in them. */
export interface Person {
  get(path: string): Promise<PageAnswer>;
  /** Posts fields to an address, from a page of the server itself unless `headers` say otherwise. */
  post(
    path: string,
    fields: URLSearchParams | Record<string, string>,
    headers?: Record<string, string>,
  ): Promise<PageAnswer>;
  cookie(): string;
  /** Follows redirects within the server. */
  follow(answer: PageAnswer): Promise<PageAnswer>;
}

export const OWNER = { name: 'Ada Byron', email: 'ada@example.org', password: 'four unrelated words' };

/** @param always headers that go with every request, such as what a proxy says of where it comes from. */
export function createPerson(url: string, always: Record<string, string> = {}): Person {
  const jar = new Map<string, string>();

  async function take(response: Response): Promise<PageAnswer> {
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = ''] = cookie.split(';', 1);
      const [name = '', ...value] = pair.split('=');
      if (/max-age=0/i.test(cookie)) jar.delete(name);
      else jar.set(name, value.join('='));
    }
    return {
      status: response.status,
      location: response.headers.get('location'),
      headers: response.headers,
      html: await response.text(),
    };
  }
  const cookie = () => [...jar].map(([name, value]) => `${name}=${value}`).join('; ');

  const person: Person = {
    cookie,
    async get(path) {
      const address = new URL(path, url);
      return take(await fetch(address, { redirect: 'manual', headers: { ...always, cookie: cookie() } }));
    },
    async post(path, fields, headers = {}) {
      return take(
        await fetch(new URL(path, url), {
          method: 'POST',
          redirect: 'manual',
          headers: { ...always, cookie: cookie(), origin: url, ...headers },
          body: new URLSearchParams(fields),
        }),
      );
    },
    async follow(answer) {
      let current = answer;
      while (current.location !== null && new URL(current.location, url).origin === new URL(url).origin) {
        current = await person.get(current.location);
      }
      return current;
    },
  };
  return person;
}

/** @returns what the form of a page would send, with every box ticked that is; the head's own is left out. */
export function formOf(html: string): URLSearchParams {
  const fields = new URLSearchParams();
  const body = html.slice(Math.max(0, html.indexOf('<main')));
  for (const [tag] of body.matchAll(/<input[^>]*>/g)) {
    const name = attribute(tag, 'name');
    if (name === null) continue;
    if (/type="checkbox"/.test(tag) && !/ checked/.test(tag)) continue;
    fields.append(name, attribute(tag, 'value') ?? '');
  }
  return fields;
}

function attribute(tag: string, name: string): string | null {
  const value = new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1];
  return value === undefined
    ? null
    : value.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

/** Makes the owner by the link that the server printed, and is signed in as them. */
export async function becomeOwner(server: TestServer): Promise<Person> {
  const link = new URL(server.setupLink() ?? '');
  const person = createPerson(server.url);
  const page = await person.get(`${link.pathname}${link.search}`);
  const form = formOf(page.html);
  for (const [name, value] of Object.entries(OWNER)) form.set(name, value);
  const answer = await person.post('/setup', form);
  if (answer.status !== 303) throw new Error(`no owner: ${answer.status} ${answer.html}`);
  return person;
}

/** Signs in as the owner, in another browser. */
export async function signIn(url: string, credentials = OWNER, person = createPerson(url)): Promise<Person> {
  const form = formOf((await person.get('/auth/sign-in')).html);
  form.set('email', credentials.email);
  form.set('password', credentials.password);
  const answer = await person.post('/auth/sign-in', form);
  if (answer.status !== 303) throw new Error(`not signed in: ${answer.status}`);
  return person;
}
