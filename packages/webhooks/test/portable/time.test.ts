import { describe, expect, it } from 'vitest';
import { aDelivery, NOW_MS, NOW_SECONDS, OPTIONS, withHeader, withoutHeader } from '../support/a-delivery.ts';
import { DOORS } from '../support/doors.ts';

const SIDES = [
  { name: 'slack', method: 'slack', form: 'plain', past: 300, future: 300 },
  { name: 'stripe', method: 'stripe', form: 'plain', past: 300, future: 60 },
  { name: 'hmac-sha256', method: 'hmac-sha256', form: 'plain', past: 300, future: 300 },
  { name: 'hmac-sha256 with a signed time', method: 'hmac-sha256', form: 'timed', past: 300, future: 300 },
  { name: 'cloudflare-email', method: 'cloudflare-email', form: 'plain', past: 300, future: 300 },
] as const;
const TIME_HEADERS = [
  ['slack', 'x-slack-request-timestamp'],
  ['hmac-sha256', 'x-marfa-timestamp'],
  ['cloudflare-email', 'x-marfa-timestamp'],
] as const;

describe.each(DOORS)('the time of a delivery, $door', ({ verifyWebhook }) => {
  it.each(SIDES)('may lie $past s back and $future s ahead for $name, and no second more', async (side) => {
    const { method, form, past, future } = side;
    const delivery = await aDelivery(method, { form });
    const at = async (offset: number) => verifyWebhook(method, delivery, { ...OPTIONS, nowMs: NOW_MS + offset * 1000 });
    expect((await at(past)).verified).toBe(true);
    expect((await at(-future)).verified).toBe(true);
    expect(await at(past + 1)).toMatchObject({ reason: 'timestamp_outside_replay_window' });
    expect(await at(-future - 1)).toMatchObject({ reason: 'timestamp_outside_replay_window' });
  });

  it('is judged before the signature, so that an old forgery is cheap to refuse', async () => {
    const delivery = withHeader(await aDelivery('slack'), 'x-slack-request-timestamp', '1');
    expect(await verifyWebhook('slack', delivery, OPTIONS)).toMatchObject({
      reason: 'timestamp_outside_replay_window',
    });
  });

  const odd = ['', ' ', '-1', '+1', '1e9', '0x6ab13b80', '1790000000.0', '1790000000 ', '١٧٩', 'NaN', 'Infinity'];
  it.each(TIME_HEADERS)('is digits alone for %s', async (method, name) => {
    const delivery = await aDelivery(method);
    for (const value of odd)
      expect(await verifyWebhook(method, withHeader(delivery, name, value), OPTIONS), value).toMatchObject({
        reason: 'timestamp_not_numeric',
      });
  });

  it('is digits alone for stripe', async () => {
    const delivery = await aDelivery('stripe');
    const [, signature = ''] = (delivery.headers['stripe-signature'] ?? '').split(',');
    for (const value of odd)
      expect(
        await verifyWebhook('stripe', withHeader(delivery, 'stripe-signature', `t=${value},${signature}`), OPTIONS),
        value,
      ).toMatchObject({ reason: 'timestamp_not_numeric' });
  });

  it('is not mistaken however long it is, or when this machine’s clock is no number', async () => {
    const delivery = await aDelivery('slack');
    for (const value of ['9'.repeat(30), '9'.repeat(5000)])
      expect(
        await verifyWebhook('slack', withHeader(delivery, 'x-slack-request-timestamp', value), OPTIONS),
      ).toMatchObject({ reason: 'timestamp_outside_replay_window' });
    expect(await verifyWebhook('slack', delivery, { ...OPTIONS, nowMs: Number.NaN })).toMatchObject({
      reason: 'timestamp_outside_replay_window',
    });
  });

  it('is the very text that was signed: the same number written otherwise is another signature', async () => {
    const delivery = withHeader(await aDelivery('slack'), 'x-slack-request-timestamp', `0${NOW_SECONDS}`);
    expect(await verifyWebhook('slack', delivery, OPTIONS)).toMatchObject({ reason: 'signature_mismatch' });
  });

  it('is needed from Slack always, and from Marfa’s senders where the caller says so', async () => {
    const fromSlack = withoutHeader(await aDelivery('slack'), 'x-slack-request-timestamp');
    expect(await verifyWebhook('slack', fromSlack, OPTIONS)).toMatchObject({ reason: 'missing_timestamp_header' });
    for (const method of ['hmac-sha256', 'cloudflare-email'] as const) {
      const untimed = await aDelivery(method, { form: 'untimed' });
      expect((await verifyWebhook(method, untimed, OPTIONS)).verified).toBe(true);
      expect(await verifyWebhook(method, untimed, { ...OPTIONS, requireTimestamp: true })).toMatchObject({
        reason: 'missing_timestamp_header',
      });
      for (const form of ['plain', 'timed'] as const)
        expect(
          (await verifyWebhook(method, await aDelivery(method, { form }), { ...OPTIONS, requireTimestamp: true }))
            .verified,
        ).toBe(true);
    }
  });

  it('is unprotected beside a plain signature and protected inside a signed one', async () => {
    const muchLater = { ...OPTIONS, nowMs: NOW_MS + 86_400_000 };
    const rewritten = String(NOW_SECONDS + 86_400);
    const plain = withHeader(await aDelivery('hmac-sha256'), 'x-marfa-timestamp', rewritten);
    expect((await verifyWebhook('hmac-sha256', plain, muchLater)).verified).toBe(true);

    const timed = withHeader(await aDelivery('hmac-sha256', { form: 'timed' }), 'x-marfa-timestamp', rewritten);
    expect(await verifyWebhook('hmac-sha256', timed, muchLater)).toMatchObject({
      reason: 'timestamp_outside_replay_window',
    });
    expect((await verifyWebhook('hmac-sha256', timed, OPTIONS)).verified).toBe(true);
  });

  it('is now unless the caller says another', async () => {
    const delivery = await aDelivery('slack', { nowMs: Date.now() });
    expect((await verifyWebhook('slack', delivery, { secrets: OPTIONS.secrets })).verified).toBe(true);
    expect((await verifyWebhook('slack', await aDelivery('slack'), { secrets: OPTIONS.secrets })).verified).toBe(false);
  });
});
