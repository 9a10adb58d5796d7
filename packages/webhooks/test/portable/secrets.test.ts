import { describe, expect, it } from 'vitest';
import { WEBHOOK_METHODS } from '../../src/index.ts';
import {
  aDelivery,
  HMAC_METHODS,
  OPTIONS,
  SECRET,
  tampered,
  withHeader,
  withoutHeader,
} from '../support/a-delivery.ts';
import { DOORS } from '../support/doors.ts';

const v1Of = (header = '') => /v1=[0-9a-f]+/.exec(header)?.[0] ?? '';

describe.each(DOORS)('secrets, $door', ({ verifyWebhook }) => {
  it.each(WEBHOOK_METHODS)('of %s are each tried, and the answer says which it was', async (method) => {
    const delivery = await aDelivery(method);
    for (const [secrets, secret_index] of [
      [[SECRET, 'old'], 0],
      [['new', SECRET], 1],
      [['', 'new', SECRET, SECRET], 2],
    ] as const)
      expect(await verifyWebhook(method, delivery, { ...OPTIONS, secrets })).toMatchObject({
        verified: true,
        secret_index,
      });
  });

  it.each(HMAC_METHODS)('of %s that are none, or empty, verify nothing', async (method) => {
    const delivery = await aDelivery(method);
    for (const secrets of [[], [''], ['', '']])
      expect(await verifyWebhook(method, delivery, { ...OPTIONS, secrets })).toMatchObject({
        reason: 'signature_mismatch',
      });
  });

  it('longer than a block, and beyond ASCII, are their UTF-8 bytes', async () => {
    for (const secret of ['k'.repeat(63), 'k'.repeat(64), 'k'.repeat(65), 'k'.repeat(500), 'hàrbour ✓ 🌊'])
      for (const method of HMAC_METHODS) {
        const delivery = await aDelivery(method, { secret });
        expect((await verifyWebhook(method, delivery, { ...OPTIONS, secrets: [secret] })).verified).toBe(true);
        expect((await verifyWebhook(method, delivery, { ...OPTIONS, secrets: [`${secret}k`] })).verified).toBe(false);
      }
  });

  it('stay apart when there are more of them than are kept at hand', async () => {
    const delivery = await aDelivery('github', { secret: 'secret 7' });
    const secrets = Array.from({ length: 600 }, (_, index) => `secret ${index}`);
    for (let round = 0; round < 2; round += 1) {
      expect(await verifyWebhook('github', delivery, { secrets })).toMatchObject({ secret_index: 7 });
      expect((await verifyWebhook('github', tampered(delivery), { secrets })).verified).toBe(false);
      expect(await verifyWebhook('github', delivery, { secrets: [...secrets].reverse() })).toMatchObject({
        secret_index: 592,
      });
    }
  });

  it('may change at Stripe: any signature of one header will do, whatever else stands in it', async () => {
    const delivery = await aDelivery('stripe');
    const header = delivery.headers['stripe-signature'] ?? '';
    const other = v1Of((await aDelivery('stripe', { secret: 'other' })).headers['stripe-signature']);
    const [time = '', right = ''] = header.split(',');
    for (const value of [
      `${time},${other},${right}`,
      `${time},${right},${other}`,
      `${right},${time}`,
      `${time},v0=${'0'.repeat(64)},v1=short,${right},x`,
      `${time},${right.toUpperCase().replace('V1', 'v1')},`,
    ])
      expect(
        (await verifyWebhook('stripe', withHeader(delivery, 'stripe-signature', value), OPTIONS)).verified,
        value,
      ).toBe(true);
    const wrong = withHeader(delivery, 'stripe-signature', `${time},${other},${other}`);
    expect(await verifyWebhook('stripe', wrong, OPTIONS)).toMatchObject({ reason: 'signature_mismatch' });
  });

  it('are not sought in a header that says its time twice', async () => {
    const delivery = await aDelivery('stripe');
    const header = delivery.headers['stripe-signature'] ?? '';
    const [time = ''] = header.split(',');
    for (const value of [`${header},${time}`, `${time},${header}`, `t=1,${header}`])
      expect(await verifyWebhook('stripe', withHeader(delivery, 'stripe-signature', value), OPTIONS)).toMatchObject({
        reason: 'signature_format_invalid',
      });
  });

  it('are not sought in a header stuffed with signatures', async () => {
    const delivery = await aDelivery('stripe');
    const [time = '', right = ''] = (delivery.headers['stripe-signature'] ?? '').split(',');
    const stuffing = Array.from({ length: 16 }, () => `v1=${'0'.repeat(64)}`).join(',');
    const stuffed = withHeader(delivery, 'stripe-signature', `${time},${stuffing},${right}`);
    expect(await verifyWebhook('stripe', stuffed, OPTIONS)).toMatchObject({ reason: 'signature_mismatch' });
  });
});

describe.each(DOORS)('a Google channel, $door', ({ verifyWebhook }) => {
  it('is known by its token', async () => {
    const delivery = await aDelivery('google-channel');
    for (const secrets of [['another'], [`${SECRET}x`], [SECRET.slice(1)], [SECRET.toUpperCase()]])
      expect(await verifyWebhook('google-channel', delivery, { secrets })).toMatchObject({
        reason: 'channel_token_mismatch',
      });
    for (const value of ['', 'é', `${SECRET}\u0000`, '\ud800'])
      expect(
        await verifyWebhook('google-channel', withHeader(delivery, 'x-goog-channel-token', value), {
          secrets: [SECRET, value],
        }),
        JSON.stringify(value),
      ).toMatchObject({ reason: 'channel_token_mismatch' });
  });

  it('needs a token, then a secret, then an id', async () => {
    const delivery = await aDelivery('google-channel');
    const untold = withoutHeader(delivery, 'x-goog-channel-token');
    expect(await verifyWebhook('google-channel', untold, OPTIONS)).toMatchObject({
      reason: 'missing_x_goog_channel_token',
    });
    for (const secrets of [[], ['']])
      expect(await verifyWebhook('google-channel', delivery, { secrets })).toMatchObject({
        reason: 'channel_secret_unset',
      });
    for (const nameless of [
      withoutHeader(delivery, 'x-goog-channel-id'),
      withHeader(delivery, 'x-goog-channel-id', ''),
    ])
      expect(await verifyWebhook('google-channel', nameless, OPTIONS)).toMatchObject({
        reason: 'missing_x_goog_channel_id',
      });
  });
});
