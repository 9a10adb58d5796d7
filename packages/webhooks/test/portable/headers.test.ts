import { describe, expect, it } from 'vitest';
import { WEBHOOK_METHODS, type WebhookHeaders } from '../../src/index.ts';
import { aDelivery, type Delivery, OPTIONS, SIGNATURE_HEADERS } from '../support/a-delivery.ts';
import { DOORS } from '../support/doors.ts';

const PROOFS = [
  ...Object.entries(SIGNATURE_HEADERS).map(
    ([method, name]) => [method as keyof typeof SIGNATURE_HEADERS, name] as const,
  ),
  ['google-channel', 'x-goog-channel-token'],
] as const;
const TIMES = [
  ['slack', 'x-slack-request-timestamp'],
  ['hmac-sha256', 'x-marfa-timestamp'],
] as const;

/** Every way in which a runtime says that a header stood twice. */
function twice({ headers }: Delivery, name: string, other: string): [string, WebhookHeaders][] {
  const value = headers[name] ?? '';
  const fetched = new Headers(headers);
  fetched.append(name, other);
  return [
    ['a list', { ...headers, [name]: [value, other] }],
    ['a list, the other way', { ...headers, [name]: [other, value] }],
    ['joined', { ...headers, [name]: `${value}, ${other}` }],
    ['Fetch', fetched],
    ['two spellings', { ...headers, [name.toUpperCase()]: other }],
  ];
}

describe.each(DOORS)('headers, $door', ({ verifyWebhook }) => {
  it.each(WEBHOOK_METHODS)('of a %s delivery are found however they are spelled and held', async (method) => {
    const { headers, body } = await aDelivery(method);
    const spelled = (spell: (name: string) => string) =>
      Object.fromEntries(Object.entries(headers).map(([name, value]) => [spell(name), value]));
    const lists = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
    const bare = Object.assign(Object.create(null), headers, { absent: undefined, empty: [] });
    for (const held of [
      spelled((n) => n.toUpperCase()),
      spelled((n) => n.replace('x-', 'X-')),
      lists,
      bare,
      new Headers(headers),
    ])
      expect((await verifyWebhook(method, { headers: held, body }, OPTIONS)).verified).toBe(true);
  });

  it.each(PROOFS)(
    'of a %s delivery that stand twice are refused, also when both are right: %s',
    async (method, name) => {
      const delivery = await aDelivery(method);
      const value = delivery.headers[name] ?? '';
      for (const other of [value, 'x', ''])
        for (const [how, headers] of twice(delivery, name, other))
          expect(await verifyWebhook(method, { ...delivery, headers }, OPTIONS), `${how} ${other}`).toMatchObject({
            verified: false,
            reason: 'signature_format_invalid',
          });
    },
  );

  it.each(TIMES)('that say the time of a %s delivery twice say none: %s', async (method, name) => {
    const delivery = await aDelivery(method);
    for (const [how, headers] of twice(delivery, name, delivery.headers[name] ?? ''))
      expect(await verifyWebhook(method, { ...delivery, headers }, OPTIONS), how).toMatchObject({
        verified: false,
        reason: 'timestamp_not_numeric',
      });
  });

  it('called get, __proto__ or constructor are headers like others', async () => {
    const { headers, body } = await aDelivery('github');
    const odd: Record<string, string> = JSON.parse('{"get":"x","__proto__":"y","constructor":"z"}');
    expect((await verifyWebhook('github', { headers: Object.assign(odd, headers), body }, OPTIONS)).verified).toBe(
      true,
    );
  });

  it('that are inherited are nobody’s', async () => {
    const { headers, body } = await aDelivery('github');
    expect(await verifyWebhook('github', { headers: Object.create(headers), body }, OPTIONS)).toMatchObject({
      reason: 'missing_signature_header',
    });
  });
});
