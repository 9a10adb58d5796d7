import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi } from './support/api.ts';
import { type Browser, CHROMIUM, openBrowser } from './support/browser.ts';
import { type FeedServer, startFeedServer } from './support/feed-server.ts';
import { createProfile, DIALECTS, type Profile } from './support/profiles.ts';
import { startServer, type TestServer, waitFor } from './support/start-server.ts';

const OWNER = { name: 'Owner of the space', email: 'owner@example.org', password: 'four unrelated words here' };

describe.skipIf(CHROMIUM === null).each(DIALECTS)('the owner in a browser without script, on %s', (dialect) => {
  let profile: Profile;
  let server: TestServer;
  let browser: Browser;
  let feed: FeedServer;
  beforeAll(async () => {
    profile = await createProfile(dialect);
    server = await startServer(profile.variables);
    browser = await openBrowser();
    feed = await startFeedServer();
  });
  afterAll(async () => {
    await browser.close();
    await feed.close();
    await server.stop();
    await profile.dispose();
  });

  const url = (path: string) => `http://localhost:${server.port}${path}`;
  const heading = () => browser.page.locator('h1').innerText();

  it('is told to use the printed link before there is an owner', async () => {
    await browser.page.goto(url('/'));
    expect(await heading()).toBe('This server has no owner yet');
    await browser.page.goto(url('/setup?token=guessed'));
    expect(await heading()).toBe('This link has ended');
  });

  it('is told what is wrong with the form, and loses nothing that was typed but the password', async () => {
    await browser.page.goto(server.setupLink() ?? '');
    await browser.page.fill('#name', OWNER.name);
    await browser.page.fill('#email', 'owner@nowhere');
    await browser.page.locator('#password').evaluate((input) => input.removeAttribute('minlength'));
    await browser.page.fill('#password', 'short');
    await browser.page.click('button:has-text("Create the owner")');
    expect(await browser.page.locator('#password-fault').innerText()).toContain('at least 10');
    expect(await browser.page.locator('#email-fault').innerText()).toContain('full e-mail address');
    expect(await browser.page.inputValue('#name')).toBe(OWNER.name);
    expect(await browser.page.inputValue('#password')).toBe('');
  });

  it('creates the account through the one-time link, which then ends', async () => {
    const link = server.setupLink() ?? '';
    await browser.page.goto(link);
    for (const [field, value] of Object.entries(OWNER)) await browser.page.fill(`#${field}`, value);
    await browser.page.click('button:has-text("Create the owner")');
    expect(await heading()).toBe('Your space');
    const stranger = await fetch(link, { redirect: 'manual' });
    expect(stranger.status).toBe(303);
    expect(stranger.headers.get('location')).toBe('/');
  });

  it('has closed the door to a first key for anyone else', async () => {
    const answer = await createApi(server.url).post('/keys', { label: 'Stranger', source: 'stranger' });
    expect(answer.status).toBe(401);
  });

  it('sees what the RSS Watcher may do before installing it, and what a missing setting means', async () => {
    await browser.page.click('a:has-text("Add an integration")');
    await browser.page.click('a:has-text("Install")');
    const consent = await browser.page.locator('main').innerText();
    expect(consent).toContain('core.bookmark');
    expect(consent).toContain('connection.runtime');
    expect(consent).toContain('0 * * * *');
    await browser.page.locator('[name="setting.feed_url"]').evaluate((input) => input.removeAttribute('required'));
    await browser.page.click('button:has-text("Approve and install")');
    expect(await browser.page.locator('.faulty').innerText()).toContain('required');
  });

  it('installs it with the bundled sample feed and sees bookmarks appear', async () => {
    await browser.page.click('a:has-text("Use the sample feed")');
    await browser.page.fill('#label', 'Harbour notes');
    await browser.page.click('button:has-text("Approve and install")');
    await waitFor(async () => (await browser.page.locator('main').innerText()).includes('Succeeded'));
    expect(await heading()).toBe('Harbour notes');
    expect(await browser.page.locator('main').innerText()).toContain('8 new, 0 changed');
    await browser.page.click('a.brand');
    expect(await browser.page.locator('.bookmarks li').count()).toBe(8);
    expect(await browser.page.locator('.bookmarks').innerText()).toContain('The lighthouse is painted again');
  });

  it('installs a second feed, runs it by hand, and gets what was published meanwhile', async () => {
    feed.publish([{ id: 'one', title: 'First entry' }]);
    await browser.page.goto(url('/catalogue'));
    await browser.page.click('a:has-text("Install")');
    await browser.page.fill('[name="setting.feed_url"]', `${feed.url}/feed.xml`);
    await browser.page.fill('#label', 'Test feed');
    await browser.page.click('button:has-text("Approve and install")');
    await waitFor(async () => (await browser.page.locator('main').innerText()).includes('1 new, 0 changed'));
    feed.publish([
      { id: 'two', title: 'Second entry' },
      { id: 'one', title: 'First entry, corrected' },
    ]);
    await browser.page.click('button:has-text("Run now")');
    await waitFor(async () => (await browser.page.locator('main').innerText()).includes('1 new, 1 changed'));
    const bookmarks = await browser.page.locator('.bookmarks').innerText();
    expect(bookmarks).toContain('Second entry');
    expect(bookmarks).toContain('First entry, corrected');
    expect(await browser.page.locator('.bookmarks li').count()).toBe(2);
  });

  it('is told when a feed cannot be read, and what to do', async () => {
    feed.answerWith((_request, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>No feed</title>'),
    );
    await browser.page.click('button:has-text("Run now")');
    await waitFor(async () => (await browser.page.locator('main').innerText()).includes('Gave up'));
    await browser.page.click('a.brand');
    expect(await browser.page.locator('.attention').innerText()).toContain('Test feed');
  });

  it('uninstalls a Connection and keeps what it brought', async () => {
    await browser.page.locator('.rows a.title:has-text("Test feed")').click();
    await browser.page.locator('summary').click();
    await browser.page.click('button:has-text("Uninstall")');
    expect(await browser.page.locator('section:has(#connections) .rows li').count()).toBe(1);
    expect(await browser.page.locator('.bookmarks').innerText()).toContain('Second entry');
  });

  it('makes an API key that is shown once and works', async () => {
    await browser.page.goto(url('/account/keys'));
    await browser.page.fill('#label', 'My script');
    await browser.page.fill('#source', 'my-script');
    await browser.page.click('button:has-text("Make the key")');
    const key = await browser.page.locator('code.secret').innerText();
    const items = await createApi(server.url, key).get('/items?type=core.bookmark');
    expect(items.body.data).toHaveLength(10);
    await browser.page.goto(url('/account/keys'));
    expect(await browser.page.content()).not.toContain(key);
  });

  it('signs out, is sent back where it wanted to go after signing in, and is refused with a wrong password', async () => {
    await browser.page.click('button:has-text("Sign out")');
    expect(await heading()).toBe('Sign in');
    await browser.page.goto(url('/catalogue'));
    expect(await heading()).toBe('Sign in');
    await browser.page.fill('#email', OWNER.email);
    await browser.page.fill('#password', 'not the password');
    await browser.page.click('button:has-text("Sign in")');
    expect(await browser.page.locator('[role=alert]').innerText()).toContain('do not fit');
    await browser.page.fill('#password', OWNER.password);
    await browser.page.click('button:has-text("Sign in")');
    expect(await heading()).toBe('Integrations');
  });

  it('does not lead to another site after signing in, whatever the address says', async () => {
    for (const target of ['https://evil.example/', '//evil.example/', '/\\evil.example/', 'javascript:alert(1)']) {
      await browser.page.goto(url(`/auth/sign-in?return_to=${encodeURIComponent(target)}`));
      expect(await browser.page.inputValue('[name=return_to]')).toBe('/');
    }
  });

  it('refuses a form that another site posts', async () => {
    const cookies = (await browser.context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
    const csrf = await browser.page.goto(url('/account/keys')).then(() => browser.page.inputValue('main [name=csrf]'));
    const post = (headers: Record<string, string>, token: string) =>
      fetch(url('/account/keys'), {
        method: 'POST',
        headers: { cookie: cookies, ...headers },
        body: new URLSearchParams({ label: 'Forged', source: 'forged', csrf: token }),
      });
    expect((await post({ origin: 'https://evil.example' }, csrf)).status).toBe(403);
    expect((await post({ 'sec-fetch-site': 'cross-site' }, csrf)).status).toBe(403);
    expect((await post({ origin: url('') }, 'guessed')).status).toBe(403);
  });

  it('fits a phone without scrolling sideways', async () => {
    await browser.page.setViewportSize({ width: 360, height: 780 });
    for (const path of ['/', '/catalogue', '/account/keys']) {
      await browser.page.goto(url(path));
      const overflow = await browser.page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow).toBe(0);
    }
  });
});
