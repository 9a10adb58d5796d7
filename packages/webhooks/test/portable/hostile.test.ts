import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WEBHOOK_METHODS, type WebhookHeaders } from '../../src/index.ts';
import { aDelivery, HMAC_METHODS, OPTIONS, SIGNATURE_HEADERS } from '../support/a-delivery.ts';
import { DOORS } from '../support/doors.ts';

const SEED = { seed: 20_261_122, numRuns: 150 };
const NAMES = [
  ...Object.values(SIGNATURE_HEADERS),
  'x-marfa-timestamp',
  'x-marfa-delivery-id',
  'x-slack-request-timestamp',
  'x-github-delivery',
  'x-goog-channel-token',
  'x-goog-channel-id',
  'x-goog-message-number',
];
const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.constantFrom('t=', 'v1=', ',', 'sha256='));
const value = fc.oneof(text, fc.array(text, { maxLength: 3 }), fc.constant(undefined));
const headers = fc.dictionary(fc.oneof(fc.constantFrom(...NAMES), fc.string()), value, { maxKeys: 8 });
const body = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.json().map((json) => new TextEncoder().encode(json)),
);

describe.each(DOORS)('whatever a stranger sends, $door', ({ verifyWebhook }) => {
  it('is answered with a refusal, never with a throw', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...WEBHOOK_METHODS), headers, body, async (method, given, bytes) => {
        const request = { headers: given as WebhookHeaders, body: bytes };
        expect(await verifyWebhook(method, request, OPTIONS)).toMatchObject({ verified: false });
      }),
      SEED,
    );
  });

  it('is refused in every body but the one that was signed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...HMAC_METHODS), body, body, async (method, signed, sent) => {
        const delivery = await aDelivery(method, { body: signed });
        const same = signed.length === sent.length && signed.every((byte, index) => byte === sent[index]);
        expect((await verifyWebhook(method, delivery, OPTIONS)).verified).toBe(true);
        expect((await verifyWebhook(method, { ...delivery, body: sent }, OPTIONS)).verified).toBe(same);
      }),
      SEED,
    );
  });

  it('gets an id that any store can hold, once it is genuine', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...HMAC_METHODS), headers, body, async (method, odd, bytes) => {
        const delivery = await aDelivery(method, { body: bytes });
        const given = { ...odd, ...delivery.headers, 'x-marfa-delivery-id': odd.id, 'x-github-delivery': odd.id };
        const answer = await verifyWebhook(method, { headers: given as WebhookHeaders, body: bytes }, OPTIONS);
        if (answer.verified) expect(answer.external_delivery_id).toMatch(/^[\x20-\x7e]{1,255}$/);
      }),
      SEED,
    );
  });
});
