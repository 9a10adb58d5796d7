import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Browser, CHROMIUM, openBrowser } from './support/browser.ts';
import { startDeviceSignIn } from './support/device-sign-in.ts';
import { becomeOwner, OWNER } from './support/person.ts';
import { createProfile, DIALECTS, type Profile } from './support/profiles.ts';
import { type RelyingApp, startRelyingApp } from './support/relying-app.ts';
import { startServer, type TestServer } from './support/start-server.ts';

describe.skipIf(CHROMIUM === null).each(DIALECTS)('signing in with Marfa in a browser, on %s', (dialect) => {
  let profile: Profile;
  let server: TestServer;
  let browser: Browser;
  let page: Page;
  let app: RelyingApp;
  let keeper: RelyingApp;
  const complaints: string[] = [];
  beforeAll(async () => {
    profile = await createProfile(dialect);
    server = await startServer(profile.variables);
    await becomeOwner(server);
    browser = await openBrowser();
    page = browser.page;
    page.on('console', (message) => complaints.push(message.text()));
    app = await startRelyingApp(server.url, { name: 'Harbour Notes' });
    keeper = await startRelyingApp(server.url, { name: 'Keeper', confidential: true });
  });
  beforeEach(() => {
    complaints.length = 0;
  });
  afterAll(async () => {
    await app?.close();
    await keeper?.close();
    await browser?.close();
    await server?.stop();
    await profile?.dispose();
  });

  const see = (title: string) => page.getByRole('heading', { name: title, exact: true, level: 1 }).waitFor();
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
  const box = (scope: string) => page.getByRole('checkbox', { name: scope, exact: true });
  const part = (name: string) => page.getByRole('region', { name, exact: true }).innerText();
  const signIn = async () => {
    await page.getByLabel('E-mail').fill(OWNER.email);
    await page.getByLabel('Password').fill(OWNER.password);
    await press('Sign in');
  };
  /** Until the app shows this, and the browser has complained of nothing on the way. */
  const arrive = async (title: string) => {
    await see(title);
    expect(complaints).toEqual([]);
  };

  it('leads from the app over sign-in and consent back to the app, which gets what was left ticked', async () => {
    await page.goto(app.front('openid core.note:write core.bookmark:read'));
    await page.getByRole('link', { name: 'Sign in with Marfa' }).click();
    await signIn();
    await see('Let Harbour Notes in?');
    expect(await page.locator('main').innerText()).toContain(new URL(app.url).host);
    await box('core.bookmark:read').uncheck();
    await press('Allow what is ticked');
    await arrive('Welcome to Harbour Notes');
    expect(app.tokens().scope).toBe('openid core.note:write');
    const asApp = (type: string) =>
      fetch(`${server.url}/items?type=${type}`, { headers: { authorization: `Bearer ${app.tokens().access_token}` } });
    expect((await asApp('core.note')).status).toBe(200);
    expect((await (await asApp('core.bookmark')).json()) as object).not.toHaveProperty('data.0');
  });

  it('shows the second time what is new, what was granted already, and what is dropped', async () => {
    await page.goto(app.front('core.note:write core.bookmark:read edge.about:read'));
    await page.getByRole('link', { name: 'Sign in with Marfa' }).click();
    await see('Harbour Notes asks again');
    expect(await part('New')).toMatch(/core\.bookmark:read.*edge\.about:read/s);
    expect(await part('Already granted')).toContain('core.note:write');
    expect(await part('Dropped')).toContain('openid');
    await press('Allow what is ticked');
    await arrive('Welcome to Harbour Notes');
    expect(app.tokens().scope).toBe('core.note:write core.bookmark:read edge.about:read');
    expect(app.tokens().id_token).toBeUndefined();
  });

  it('tells the app when the person says no, and when they tick nothing', async () => {
    await page.goto(app.front('core.note:write'));
    await page.getByRole('link', { name: 'Sign in with Marfa' }).click();
    await press('Deny');
    await arrive('Refused: access_denied');
    await page.goto(app.front('core.note:write'));
    await page.getByRole('link', { name: 'Sign in with Marfa' }).click();
    await box('core.note:write').uncheck();
    await press('Allow what is ticked');
    await arrive('Refused: access_denied');
  });

  it('takes a request that the app posts from a page of its own', async () => {
    await page.goto(app.front('core.note:write'));
    await press('Sign in by a form');
    await see('Harbour Notes asks again');
    await press('Deny');
    await arrive('Refused: access_denied');
  });

  it('leads from the sign-in form straight to an app that was let in before, also after a wrong password', async () => {
    await page.goto(keeper.front('openid core.note:read'));
    await page.getByRole('link', { name: 'Sign in with Marfa' }).click();
    await press('Allow what is ticked');
    await arrive('Welcome to Keeper');
    const before = keeper.tokens();

    await page.goto(server.url);
    await press('Sign out');
    await page.goto(keeper.front('openid core.note:read'));
    await page.getByRole('link', { name: 'Sign in with Marfa' }).click();
    await page.getByLabel('E-mail').fill(OWNER.email);
    await page.getByLabel('Password').fill('not the password');
    await press('Sign in');
    expect(await page.getByRole('alert').innerText()).toContain('do not fit');
    complaints.length = 0; // The browser notes the 401 of that page.
    await signIn();
    await arrive('Welcome to Keeper');
    expect(keeper.tokens().access_token).not.toBe(before.access_token);
  });

  it('can be done with the keys alone', async () => {
    await page.goto(app.front('core.note:write core.bookmark:read'));
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await see('Harbour Notes asks again');
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('value'));
    const reach = async (value: string) => {
      for (let steps = 0; (await focused()) !== value; steps += 1) {
        if (steps === 20) throw new Error(`Tab does not lead to ${value}`);
        await page.keyboard.press('Tab');
      }
    };
    await reach('core.bookmark:read');
    await page.keyboard.press('Space');
    await reach('accept');
    await page.keyboard.press('Enter');
    await arrive('Welcome to Harbour Notes');
    expect(app.tokens().scope).toBe('core.note:write');
  });

  it('lets a device in whose code is typed, in whatever way it is written', async () => {
    const device = await startDeviceSignIn(server.url, 'core.note:read core.bookmark:read');
    await page.goto(`${server.url}/auth/device`);
    await page.getByLabel('Code').fill(device.userCode.replace('-', ' ').toLowerCase());
    await page.keyboard.press('Enter');
    await see('Let Living-room screen in?');
    expect(await page.locator('code.secret').innerText()).toBe(device.userCode);
    await box('core.bookmark:read').uncheck();
    await press('Allow what is ticked');
    await arrive('Your device is connected');
    expect((await device.fetchTokens()).scope).toBe('core.note:read');
  });

  it('lets a device in, or not, whose link was opened, after signing in', async () => {
    const device = await startDeviceSignIn(server.url, 'core.note:read');
    await press('Sign out');
    await page.goto(device.link);
    await signIn();
    await see('Let Living-room screen in?');
    await press('Allow what is ticked');
    await arrive('Your device is connected');
    expect((await device.fetchTokens()).scope).toBe('core.note:read');

    const refused = await startDeviceSignIn(server.url, 'core.note:read');
    await page.goto(refused.link);
    await press('Deny');
    await arrive('Nothing was granted');
    await expect(refused.fetchTokens()).rejects.toMatchObject({ error: 'access_denied' });
    await page.goto(refused.link);
    expect(await page.getByRole('alert').innerText()).toContain('No device waits with this code');
  });

  it('stays on a page of its own when it cannot know where an app is', async () => {
    await page.goto(`${server.url}/auth/authorize?client_id=nobody&redirect_uri=${app.url}/callback`);
    await see('This app cannot go on');
    expect(await page.locator('main').innerText()).toContain('knows no app');
  });
});
