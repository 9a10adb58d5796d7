import { createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import type { Api } from './support/api.ts';
import { describeServer } from './support/describe-server.ts';
import { allRows, install, integrationId } from './support/integrations.ts';
import { aSpace, created } from './support/spaces.ts';
import { waitFor } from './support/start-server.ts';

const CONNECTORS = '@withmarfa/connector-github-webhooks,@withmarfa/connector-inbox';

/** Installs a connector and subscribes it. @returns where deliveries go, and what signs them. */
async function subscribed(api: Api, name: string): Promise<{ receipt_url: string; secret: string }> {
  const { connection_id } = await install(api, await integrationId(api, name));
  return created(await api.post(`/connections/${connection_id}/inbound-webhooks`, { events: ['any'] }));
}

function signatureOf(body: string, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

/** Posts a delivery twice. @returns the status of each answer. */
async function postTwice(url: string, body: string, headers: Record<string, string>): Promise<number[]> {
  const post = async () => (await fetch(url, { method: 'POST', headers, body })).status;
  return [await post(), await post()];
}

describeServer(
  'A delivery that comes to a server over HTTP',
  (under) => {
    it('of GitHub, as a form, becomes one bookmark', async () => {
      const { api } = await aSpace(under.admin);
      const { receipt_url, secret } = await subscribed(api, 'withmarfa.github-webhooks');
      const issue = { number: 7, title: 'Horn is silent', html_url: 'https://github.com/acme/harbour/issues/7' };
      const payload = JSON.stringify({ action: 'opened', issue, repository: { full_name: 'acme/harbour' } });
      const body = new URLSearchParams({ payload }).toString();
      const headers = {
        'content-type': 'application/x-www-form-urlencoded',
        'x-github-event': 'issues',
        'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
        'x-hub-signature-256': signatureOf(body, secret),
      };
      expect(await postTwice(receipt_url, body, headers)).toEqual([202, 200]);
      await waitFor(async () => (await allRows(api, '/items?type=core.bookmark')).length > 0);
      expect(await allRows(api, '/items?type=core.bookmark')).toMatchObject([
        {
          source_id: 'acme/harbour/issue/7',
          properties: { title: 'acme/harbour#7 Horn is silent', url: 'https://github.com/acme/harbour/issues/7' },
        },
      ]);
    });

    it('of an Email Worker becomes one captured email', async () => {
      const { api } = await aSpace(under.admin);
      const { receipt_url, secret } = await subscribed(api, 'withmarfa.inbox');
      const message_id = '<tide-1@harbour.example>';
      const body = JSON.stringify({ message_id, from: { address: 'ada@harbour.example' }, html: '"'.repeat(900_000) });
      const headers = { 'x-marfa-signature': signatureOf(body, secret), 'x-marfa-delivery-id': message_id };
      expect(await postTwice(receipt_url, body, headers)).toEqual([202, 200]);
      await waitFor(async () => (await allRows(api, '/items?type=withmarfa.captured_email')).length > 0);
      expect(await allRows(api, '/items?type=withmarfa.captured_email')).toMatchObject([
        { source_id: message_id, properties: { from_address: 'ada@harbour.example', clipped: ['html_body'] } },
      ]);
    });
  },
  { MARFA_CONNECTORS: CONNECTORS },
);
