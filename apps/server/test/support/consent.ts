import { formOf, type Person } from './person.ts';

/** Where the apps of the tests are called back; nothing listens there, the code is read from the address. */
export const REDIRECT = 'http://127.0.0.1:5173/callback';

/** What a person changes on a consent form before they allow what is ticked; the form as it came unless told. */
export type Decide = (form: URLSearchParams) => URLSearchParams;

const asItIs: Decide = (form) => form;

/** Follows an app's link to the consent page and allows what is ticked. @returns where the browser is sent: the app's answer. */
export async function allowApp(person: Person, link: URL, decide = asItIs): Promise<URL> {
  const page = await person.get(`${link.pathname}${link.search}`);
  // An app that is sure to be the one that was let in before is not asked about again.
  if (page.status === 302 && page.location !== null) return new URL(page.location);
  if (page.status !== 200) throw new Error(`no consent page: ${page.status} ${page.html}`);
  const form = decide(formOf(page.html));
  form.set('decision', 'accept');
  const done = await person.post('/auth/authorize/decision', form);
  if (done.status !== 302 || done.location === null) throw new Error(`no answer: ${done.status} ${done.html}`);
  return new URL(done.location);
}

/** Opens the address that a device shows, and answers. @returns the page that comes of it. */
export async function answerDevice(person: Person, link: string, decision: 'accept' | 'deny' = 'accept') {
  const { pathname, search } = new URL(link);
  const form = formOf((await person.get(`${pathname}${search}`)).html);
  form.set('decision', decision);
  return person.post('/auth/device/consent', form);
}
