import { describe, expect, it } from 'vitest';
import { aDelivery, bytes, NOW_SECONDS, OPTIONS, SECRET, withHeader } from '../support/a-delivery.ts';
import { DOORS } from '../support/doors.ts';

const ID_HEADERS = [
  ['hmac-sha256', 'x-marfa-delivery-id'],
  ['cloudflare-email', 'x-marfa-delivery-id'],
  ['github', 'x-github-delivery'],
] as const;

async function sha256(text: string, body: Uint8Array = new Uint8Array(0)): Promise<string> {
  const joined = Uint8Array.from([...bytes(text), ...body]);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', joined));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

describe.each(DOORS)('the id of a delivery, $door', ({ verifyWebhook }) => {
  async function idOf(
    ...[method, delivery]: Parameters<typeof verifyWebhook> extends [infer M, infer D, unknown] ? [M, D] : never
  ) {
    const answer = await verifyWebhook(method, delivery, OPTIONS);
    if (!answer.verified) throw new Error(answer.reason);
    return answer.external_delivery_id;
  }

  it.each(ID_HEADERS)('of %s is the sender’s: %s', async (method, name) => {
    for (const value of ['72d3162e-cc78-11e3-81ab-4c9367dc0958', '<a.b@mail.example>', 'x'.repeat(255)])
      expect(await idOf(method, withHeader(await aDelivery(method), name, value))).toBe(value);
  });

  it.each(ID_HEADERS)('of %s that no store could hold is replaced by its own SHA-256: %s', async (method, name) => {
    const delivery = await aDelivery(method);
    for (const value of ['x'.repeat(256), 'a\u0000b', 'a\u007fb', 'tide\n', 'é', '\ud800'])
      expect(await idOf(method, withHeader(delivery, name, value)), JSON.stringify(value)).toBe(await sha256(value));
  });

  it.each(ID_HEADERS)(
    'of %s that is missing or empty is a SHA-256 over method, time and body',
    async (method, name) => {
      for (const value of ['', undefined]) {
        const { headers, body } = await aDelivery(method, { form: 'plain' });
        const id = await idOf(method, { headers: { ...headers, [name]: value }, body });
        const time = method === 'github' ? '' : String(NOW_SECONDS);
        expect(id).toBe(await sha256(`${method}\n${time}\n`, body));
      }
    },
  );

  it('that was made of the delivery tells other bodies, times and methods apart', async () => {
    const made = async (method: 'hmac-sha256' | 'cloudflare-email' | 'slack', seconds: number, body: string) => {
      const delivery = await aDelivery(method, { form: 'timed', nowMs: seconds * 1000, body });
      return idOf(method, { ...delivery, headers: { ...delivery.headers, 'x-marfa-delivery-id': '' } });
    };
    const ids = [
      await made('hmac-sha256', NOW_SECONDS, 'a'),
      await made('hmac-sha256', NOW_SECONDS, 'b'),
      await made('hmac-sha256', NOW_SECONDS - 1, 'a'),
      await made('cloudflare-email', NOW_SECONDS, 'a'),
      await made('slack', NOW_SECONDS, 'a'),
    ];
    expect(new Set(ids).size).toBe(ids.length);
    expect(await made('hmac-sha256', NOW_SECONDS, 'a')).toBe(ids[0]);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{64}$/);
  });

  it('of Stripe is its event’s, or time and signature where there is none', async () => {
    const withBody = async (body: string) => {
      const delivery = await aDelivery('stripe', { body });
      const signature = (delivery.headers['stripe-signature'] ?? '').split('v1=')[1] ?? '';
      return { id: await idOf('stripe', delivery), fallback: `${NOW_SECONDS}.${signature.slice(0, 16)}` };
    };
    expect((await withBody('{\n  "id": "evt_1NG8Du2eZvKYlo2CUI79vXWy",\n  "object": "event"\n}')).id).toBe(
      'evt_1NG8Du2eZvKYlo2CUI79vXWy',
    );
    for (const body of [
      '{"data":{"id":"evt_inner"}}',
      '{"id":"ch_1"}',
      '{"id":"evt_"}',
      '{"id":"evt_1 2"}',
      '{"id":7}',
      '{"id":"evt_1',
      '[{"id":"evt_1"}]',
      '"evt_1"',
      'id=evt_1',
      '',
    ]) {
      const { id, fallback } = await withBody(body);
      expect(id, body).toBe(fallback);
    }
  });

  it('of Stripe is the same when a captured signature is written in upper case', async () => {
    const delivery = await aDelivery('stripe');
    const shouted = (delivery.headers['stripe-signature'] ?? '')
      .toUpperCase()
      .replace('T=', 't=')
      .replace('V1=', 'v1=');
    expect(await idOf('stripe', withHeader(delivery, 'stripe-signature', shouted))).toBe(
      await idOf('stripe', delivery),
    );
  });

  it('of Slack is the event’s, and a hash for commands, which have none', async () => {
    const event = '{"token":"x","event":{"text":"\\"event_id\\":\\"Ev9\\"","event_id":"Ev8"},"event_id":"Ev0PV52K21"}';
    expect(await idOf('slack', await aDelivery('slack', { body: event }))).toBe('Ev0PV52K21');
    const command = 'token=x&command=%2Ftide&event_id=Ev1';
    expect(await idOf('slack', await aDelivery('slack', { body: command }))).toBe(
      await sha256(`slack\n${NOW_SECONDS}\n`, bytes(command)),
    );
    expect(await idOf('slack', await aDelivery('slack', { body: '{"event_id":"a\\u0000b"}' }))).toBe(
      await sha256('a\u0000b'),
    );
  });

  it('of Google is channel and message number, or the channel alone', async () => {
    const id = async (deliveryId: string) =>
      idOf('google-channel', await aDelivery('google-channel', { secret: SECRET, deliveryId }));
    expect(await id('4ba78bf0-6a47:10')).toBe('4ba78bf0-6a47:10');
    expect(await id('4ba78bf0-6a47')).toBe('4ba78bf0-6a47');
    expect(await id('c'.repeat(300))).toBe(await sha256('c'.repeat(300)));
  });
});
