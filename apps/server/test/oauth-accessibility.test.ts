import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, CHROMIUM, openBrowser } from './support/browser.ts';
import { startDeviceSignIn } from './support/device-sign-in.ts';
import { becomeOwner, OWNER } from './support/person.ts';
import { createProfile, type Profile } from './support/profiles.ts';
import { type RelyingApp, startRelyingApp } from './support/relying-app.ts';
import { startServer, type TestServer } from './support/start-server.ts';

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const EVERYTHING = 'openid profile *:write core.bookmark.*:read edge.about:write metadata:read offline_access';
const LONG = `openid core.${'a_type_with_quite_a_long_name'.repeat(2)}.photograph:read *:write`;

// Script is on for the judge's sake alone; the pages have none.
describe.skipIf(CHROMIUM === null)('the pages of signing in with Marfa', () => {
  let profile: Profile;
  let server: TestServer;
  let browser: Browser;
  let page: Page;
  let app: RelyingApp;
  beforeAll(async () => {
    profile = await createProfile('sqlite');
    server = await startServer(profile.variables);
    await becomeOwner(server);
    browser = await openBrowser({ script: true });
    page = browser.page;
    app = await startRelyingApp(server.url, { name: 'Harbour Notes' });
  });
  afterAll(async () => {
    await app?.close();
    await browser?.close();
    await server?.stop();
    await profile?.dispose();
  });

  /** What axe holds against the page, light and dark, on a phone and on a desk; and whether it scrolls sideways. */
  async function faults(): Promise<string[]> {
    const found: string[] = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const width of [400, 1100]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 800 });
        await page.evaluate(AXE);
        const { violations } = await page.evaluate<AxeResults>('axe.run()');
        const at = `${colorScheme}, ${width} px`;
        for (const { id, nodes } of violations) found.push(`${at}: ${id}: ${nodes[0]?.html}`);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        if (overflow > 0) found.push(`${at}: ${overflow} px too wide`);
      }
    }
    return found;
  }
  const see = (title: string) => page.getByRole('heading', { name: title, exact: true, level: 1 }).waitFor();
  const ask = async (scope: string) => {
    await page.goto(app.front(scope));
    await page.getByRole('link', { name: 'Sign in with Marfa' }).click();
  };

  it('can be used by everyone: signing in', async () => {
    await ask('openid');
    await see('Sign in');
    expect(await faults()).toEqual([]);
    await page.getByLabel('E-mail').fill(OWNER.email);
    await page.getByLabel('Password').fill(OWNER.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await see('Let Harbour Notes in?');
  });

  it('can be used by everyone: the question, the first time and again', async () => {
    await ask(EVERYTHING);
    await see('Let Harbour Notes in?');
    expect(await faults()).toEqual([]);
    await page.getByRole('button', { name: 'Allow what is ticked' }).click();
    await see('Welcome to Harbour Notes');
    await ask(LONG);
    await see('Harbour Notes asks again');
    expect(await faults()).toEqual([]);
  });

  it('can be used by everyone: a device', async () => {
    await page.goto(`${server.url}/auth/device?user_code=BBB-BBBB`);
    await see('Connect a device');
    expect(await faults()).toEqual([]);
    const device = await startDeviceSignIn(server.url, 'core.note:read');
    await page.goto(device.link);
    await see('Let Living-room screen in?');
    expect(await faults()).toEqual([]);
    await page.getByRole('button', { name: 'Allow what is ticked' }).click();
    await see('Your device is connected');
    expect(await faults()).toEqual([]);
  });

  it('can be used by everyone: what cannot go on', async () => {
    await page.goto(`${server.url}/auth/authorize?client_id=nobody`);
    await see('This app cannot go on');
    expect(await faults()).toEqual([]);
  });
});
