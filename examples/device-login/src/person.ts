/** A page as a browser shows it. */
export interface Page {
  url: URL;
  status: number;
  html: string;
}

/** Somebody at a browser: opens links, fills in forms, keeps cookies, is led on by redirects. */
export interface Person {
  open(url: URL | string): Promise<Page>;
  /**
   * Sends a form of a page as it stands.
   * @param changes what was typed, and the button that was pressed.
   * @param options.unticked values of checkboxes to leave out.
   * @param options.action where the form leads; the first form of the page when left out.
   */
  submit(
    page: Page,
    changes?: Record<string, string>,
    options?: { unticked?: readonly string[]; action?: string },
  ): Promise<Page>;
}

export function createPerson(): Person {
  // A browser keeps the cookies of a host together, whatever the port.
  const jars = new Map<string, Map<string, string>>();

  async function go(url: URL, body?: URLSearchParams, from?: URL): Promise<Page> {
    const jar = jars.get(url.hostname) ?? new Map<string, string>();
    jars.set(url.hostname, jar);
    const response = await fetch(url, {
      redirect: 'manual',
      headers: {
        cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(from ? { origin: from.origin } : {}),
      },
      ...(body ? { method: 'POST', body } : {}),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (/max-age=0/i.test(cookie)) jar.delete(name);
      else jar.set(name, value);
    }
    const html = await response.text();
    const location = response.headers.get('location');
    return location === null ? { url, status: response.status, html } : go(new URL(location, url));
  }

  return {
    open: (url) => go(new URL(url)),
    submit(page, changes = {}, { unticked = [], action } = {}) {
      const main = page.html.slice(Math.max(0, page.html.indexOf('<main')));
      const forms = [...main.matchAll(/<form[^>]*>.*?<\/form>/gs)].map(([form]) => form);
      const form = forms.find((each) => action === undefined || attribute(each, 'action') === action) ?? '';
      const fields = new URLSearchParams();
      for (const [input] of form.matchAll(/<input[^>]*>/g)) {
        const [name, value] = [attribute(input, 'name'), attribute(input, 'value')];
        if (!unticked.includes(value)) fields.append(name, value);
      }
      for (const [name, value] of Object.entries(changes)) fields.set(name, value);
      return go(new URL(attribute(form, 'action'), page.url), fields, page.url);
    },
  };
}

function attribute(tag: string, name: string): string {
  const value = new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1] ?? '';
  return value.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
