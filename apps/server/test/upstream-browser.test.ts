import { type FakeAuthorizationServer, startFakeAuthorizationServer, startFakeTodoist } from '@withmarfa/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, bootstrap } from './support/api.ts';
import { type Browser, CHROMIUM } from './support/browser.ts';
import { allRows, integrationId } from './support/integrations.ts';
import { openAsOwner } from './support/open-as-owner.ts';
import { becomeOwner } from './support/person.ts';
import { createProfile, type Profile } from './support/profiles.ts';
import { startServer, type TestServer } from './support/start-server.ts';

describe.skipIf(CHROMIUM === null)('A person at a browser without script', () => {
  let profile: Profile;
  let server: TestServer;
  let admin: Api;
  let authorization: FakeAuthorizationServer;
  let browser: Browser;
  beforeAll(async () => {
    profile = await createProfile('sqlite');
    const connectors = '@withmarfa/connector-todoist,@withmarfa/connector-google-calendar';
    server = await startServer({ ...profile.variables, MARFA_CONNECTORS: connectors });
    admin = await bootstrap(server.url);
    authorization = await startFakeAuthorizationServer();
    await becomeOwner(server);
    browser = await openAsOwner(server);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await authorization?.close();
    await profile?.dispose();
  });
  const connection = async () => (await allRows(admin, '/items?type=system.connection'))[0];

  it('sees what an integration wants, trims it, connects the account, and is done', async () => {
    const { page } = browser;
    await page.goto(`${server.url}/integrations/${await integrationId(admin, 'google.calendar')}/install`);
    await page.click('button[value=approve]');
    expect(await page.textContent('main')).toContain('expected the client id');
    expect(await allRows(admin, '/items?type=system.connection')).toEqual([]);

    const fields = {
      oauth_client_id: authorization.clientId,
      oauth_client_secret: authorization.clientSecret ?? '',
      oauth_authorize_url: authorization.authorizeUrl,
      oauth_token_url: authorization.tokenUrl,
      upstream_base_url: `${authorization.url}/calendar/v3`,
    };
    for (const [name, value] of Object.entries(fields)) await page.fill(`[name="credential.${name}"]`, value);
    await page.uncheck('input[name=target_types][value="core.event"]');
    await page.uncheck('input[name=triggers][value="item-event"]');
    await page.click('button[value=approve]');
    expect(await page.textContent('main')).toContain('Connect its account');
    const { triggers } = (await connection()).properties;
    expect(triggers.map(({ type }: { type: string }) => type)).toEqual(['schedule', 'webhook', 'manual']);

    await page.click('text=Connect the account');
    expect(await page.textContent('h1')).toBe('The account is connected');
    await page.click('main a');
    expect(await page.textContent('.badge')).toBe('Healthy');
    expect((await connection()).properties.runtime_status).toBe('healthy');
    expect(authorization.counts.exchanges).toBe(1);
  });

  it('pauses, resumes and names it anew', async () => {
    const { page } = browser;
    await page.click('text=Pause');
    expect(await page.textContent('.badge')).toBe('Paused');
    await page.click('text=Resume');
    await page.click('text=Settings');
    await page.fill('[name=label]', 'Harbour calendar');
    await page.click('text=Save');
    expect(await page.textContent('h1')).toBe('Harbour calendar');
  });

  it('is asked once for another API token when the upstream rejects one, and gives it', async () => {
    const { page } = browser;
    const todoist = await startFakeTodoist();
    await page.goto(`${server.url}/integrations/${await integrationId(admin, 'todoist.tasks')}/install`);
    await page.fill('[name="credential.api_token"]', 'not-the-token');
    await page.fill('[name="credential.upstream_base_url"]', todoist.url);
    await page.click('button[value=approve]');
    await expect
      .poll(
        async () => {
          await page.reload();
          return page.textContent('.badge');
        },
        { timeout: 20_000 },
      )
      .toBe('Needs you');
    const asked = (await allRows(admin, '/items?type=system.activity')).filter(
      (row) => row.properties.severity === 'action_required',
    );
    expect(asked.map((row) => row.properties.summary)).toEqual([expect.stringMatching(/^API token rejected/)]);
    await page.fill('[name=api_token]', todoist.token);
    await page.click('text=Keep the new token');
    expect(await page.textContent('.badge')).toBe('Healthy');
    expect(await page.content()).not.toContain(todoist.token);
    await todoist.close();
  });
});
