import { signWebhook } from '@withmarfa/webhooks/signing';
import { expect, it } from 'vitest';
import { WEBHOOK_METHODS, type WebhookMethod } from '../../src/index.ts';
import { bytes, NOW_MS, NOW_SECONDS } from '../support/a-delivery.ts';

const DELIVERY = { secret: 's', body: '{}', nowMs: NOW_MS + 999, deliveryId: 'one' };

it('writes each sender’s own headers', async () => {
  const hex = expect.stringMatching(/^(sha256=|v0=|t=1790000000,v1=)[0-9a-f]{64}$/);
  const json = { 'content-type': 'application/json' };
  const headersOf = async (method: WebhookMethod, form?: 'timed') =>
    (await signWebhook(method, { ...DELIVERY, ...(form && { form }) })).headers;
  const marfa = { ...json, 'x-marfa-signature': hex, 'x-marfa-delivery-id': 'one' };
  expect(await headersOf('hmac-sha256')).toEqual({ ...marfa, 'x-marfa-timestamp': `${NOW_SECONDS}` });
  expect(await headersOf('cloudflare-email', 'timed')).toEqual(marfa);
  expect(await headersOf('slack')).toEqual({
    ...json,
    'x-slack-request-timestamp': `${NOW_SECONDS}`,
    'x-slack-signature': hex,
  });
  expect(await headersOf('stripe')).toEqual({ ...json, 'stripe-signature': hex });
  expect(await headersOf('github')).toEqual({ ...json, 'x-hub-signature-256': hex, 'x-github-delivery': 'one' });
  expect(await headersOf('google-channel')).toEqual({
    ...json,
    'x-goog-channel-token': 's',
    'x-goog-channel-id': 'one',
  });
});

it('sends the bytes that it signed, texts as UTF-8, and a copy of what it was given', async () => {
  expect((await signWebhook('github', { secret: 's', body: 'à ✓' })).body).toEqual(bytes('à ✓'));
  const given = bytes('{}');
  const { body } = await signWebhook('github', { secret: 's', body: given });
  given.fill(0);
  expect(body).toEqual(bytes('{}'));
  expect((await signWebhook('github', { secret: 's' })).body).toHaveLength(0);
});

it('signs nothing with an empty secret, nor in a method that does not exist', async () => {
  for (const method of WEBHOOK_METHODS)
    await expect(signWebhook(method, { ...DELIVERY, secret: '' })).rejects.toThrow(TypeError);
  await expect(signWebhook('gitlab' as 'github', DELIVERY)).rejects.toThrow(TypeError);
});
