import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, bootstrap } from './support/api.ts';
import { type Browser, CHROMIUM } from './support/browser.ts';
import { allRows, integrationId } from './support/integrations.ts';
import { openAsOwner } from './support/open-as-owner.ts';
import { becomeOwner } from './support/person.ts';
import { createProfile, type Profile } from './support/profiles.ts';
import { startServer, type TestServer, waitFor } from './support/start-server.ts';
import { send } from './support/webhook-connector.ts';

const ISSUE = {
  action: 'opened',
  issue: {
    number: 7,
    title: 'The tide table is a day late',
    html_url: 'https://github.com/harbour/tides/issues/7',
    body: 'Since the clocks went back.',
    user: { login: 'pilot' },
    created_at: '2026-11-01T06:00:00Z',
  },
  repository: { full_name: 'harbour/tides' },
};

describe.skipIf(CHROMIUM === null)('A person who is told of GitHub, at a browser without script', () => {
  let profile: Profile;
  let server: TestServer;
  let admin: Api;
  let browser: Browser;
  let secret: string;
  let address: string;
  beforeAll(async () => {
    profile = await createProfile('sqlite');
    server = await startServer({ ...profile.variables, MARFA_CONNECTORS: '@withmarfa/connector-github-webhooks' });
    admin = await bootstrap(server.url);
    await becomeOwner(server);
    browser = await openAsOwner(server);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await profile?.dispose();
  });
  const fact = async (name: string) => browser.page.textContent(`dt:text-is("${name}") + dd`);
  const deliver = (deliveryId: string, body: unknown, signedWith = secret) =>
    send({
      url: new URL(new URL(address).pathname, server.url).href,
      method: 'github',
      secret: signedWith,
      deliveryId,
      body: JSON.stringify(body),
      headers: { 'x-github-event': 'issues' },
    });

  it('is shown the address and its secret once, at the install', async () => {
    const { page } = browser;
    await page.goto(`${server.url}/integrations/${await integrationId(admin, 'withmarfa.github-webhooks')}/install`);
    await page.click('button[value=approve]');
    expect(await page.textContent('h2')).toBe('Give these to the service');
    secret = (await fact('Secret'))?.trim() ?? '';
    address = (await fact('Address'))?.trim() ?? '';
    expect(secret).toMatch(/^whsec_/);
    expect(await fact('Signed as')).toBe('github');
    await page.click('text=I have kept it');
    const shown = (await page.textContent('main')) ?? '';
    expect(shown).toContain(address);
    expect(shown).toContain(`••••${secret.slice(-4)}`);
    expect(shown).not.toContain(secret);
  });

  it('finds what was told as a bookmark', async () => {
    expect((await deliver('one', ISSUE)).status).toBe(202);
    await waitFor(async () => (await allRows(admin, '/items?type=core.bookmark')).length === 1);
    await browser.page.reload();
    expect(await browser.page.textContent('main')).toContain('harbour/tides#7 The tide table is a day late');
  });

  it('is shown what could not be handled and why, and has it handled again', async () => {
    const { page } = browser;
    await deliver('two', { ...ISSUE, issue: { ...ISSUE.issue, html_url: 'javascript:alert(1)' } });
    const letters = async () => (await admin.post('/dlq/peek')).body.data;
    await waitFor(async () => (await letters()).length === 1);
    await page.reload();
    expect(await page.textContent('[aria-labelledby=dead-letters]')).toContain('tried once');
    const [before] = await letters();
    await page.click('text=Handle all of them again');
    expect(await page.textContent('[role=status]')).toContain('It is being handled again');
    const after = await waitFor(async () => (await letters()).find(({ id }: { id: string }) => id !== before.id));
    expect(after.delivery_id).toBe('two');
  });

  it('makes a new secret, beside which the former is taken for a day', async () => {
    const { page } = browser;
    await page.click('text=Make a new secret');
    const fresh = (await fact('Secret'))?.trim() ?? '';
    expect(fresh).not.toBe(secret);
    expect((await deliver('three', ISSUE)).status).toBe(202);
    expect((await deliver('four', ISSUE, fresh)).status).toBe(202);
    await page.click('text=I have kept it');
    expect(await page.textContent('[aria-labelledby=webhooks]')).toContain('The secret before it is taken until');
  });
});
