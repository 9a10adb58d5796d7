import { sign as signForGitHub, verify as verifyForGitHub } from '@octokit/webhooks-methods';
import { isValidSlackRequest } from '@slack/bolt';
import fc from 'fast-check';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import { WEBHOOK_METHODS } from '../../src/index.ts';
import { aDelivery, bytes, type Delivery, NOW_MS, NOW_SECONDS, tampered } from '../support/a-delivery.ts';
import { DOORS } from '../support/doors.ts';

type Method = 'stripe' | 'github' | 'slack';

/** What the sender's own library makes of a delivery: true, false, or a throw, which is a refusal too. */
interface Official {
  sign: ((body: string, secret: string) => Record<string, string> | Promise<Record<string, string>>) | null;
  verify(delivery: Delivery, secret: string): boolean | Promise<boolean>;
}

const text = (body: Uint8Array) => new TextDecoder().decode(body);
const stripe = new Stripe('sk_test_nobody');

const OFFICIAL: Record<Method, Official> = {
  stripe: {
    sign: (payload, secret) => ({
      'stripe-signature': stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp: NOW_SECONDS }),
    }),
    verify: ({ headers, body }, secret) =>
      stripe.webhooks.signature?.verifyHeader(
        text(body),
        headers['stripe-signature'] ?? '',
        secret,
        300,
        undefined,
        NOW_MS,
      ) ?? false,
  },
  github: {
    sign: async (body, secret) => ({ 'x-hub-signature-256': await signForGitHub(secret, body) }),
    verify: ({ headers, body }, secret) => verifyForGitHub(secret, text(body), headers['x-hub-signature-256'] ?? ''),
  },
  slack: {
    // Slack publishes a verifier and no signer.
    sign: null,
    verify: ({ headers, body }, secret) =>
      isValidSlackRequest({
        signingSecret: secret,
        body: text(body),
        headers: {
          'x-slack-signature': headers['x-slack-signature'] ?? '',
          'x-slack-request-timestamp': Number(headers['x-slack-request-timestamp']),
        },
        nowMilliseconds: NOW_MS,
      }),
  },
};
const METHODS = Object.keys(OFFICIAL) as Method[];
const OFTEN = { seed: 20_261_122, numRuns: 60 };
// Their libraries take text; octokit refuses an empty one before it looks at the signature.
const bodies = fc.oneof(fc.json(), fc.string({ unit: 'grapheme', minLength: 1 }));
const secrets = fc.oneof(
  fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 100 }),
  fc.constant('whsec_aGFyYm91cg=='),
);

async function accepts(official: Official, delivery: Delivery, secret: string): Promise<boolean> {
  try {
    return await official.verify(delivery, secret);
  } catch {
    return false;
  }
}

describe.each(DOORS)('beside the sender’s own library, $door', ({ verifyWebhook }) => {
  it.each(METHODS)(
    'what it signs for %s is verified here, and refused by both once it is tampered with',
    async (method) => {
      const official = OFFICIAL[method];
      await fc.assert(
        fc.asyncProperty(bodies, secrets, async (body, secret) => {
          const options = { secrets: [secret], nowMs: NOW_MS };
          const { headers } =
            official.sign === null
              ? await aDelivery(method, { body, secret })
              : { headers: await official.sign(body, secret) };
          const delivery = { headers, body: bytes(body) };
          const verdicts = async (each: Delivery) => [
            (await verifyWebhook(method, each, options)).verified,
            await accepts(official, each, secret),
          ];
          expect(await verdicts(delivery)).toEqual([true, true]);
          expect(await verdicts(tampered(delivery))).toEqual([false, false]);
          expect(await accepts(official, delivery, `${secret}x`)).toBe(false);
          expect((await verifyWebhook(method, delivery, { ...options, secrets: [`${secret}x`] })).verified).toBe(false);
        }),
        OFTEN,
      );
    },
  );

  it('a time from the future is refused here, and let through by the libraries of Slack and Stripe', async () => {
    for (const method of ['slack', 'stripe'] as const) {
      const delivery = await aDelivery(method, { nowMs: NOW_MS + 86_400_000, secret: 's' });
      expect(await accepts(OFFICIAL[method], delivery, 's')).toBe(true);
      expect(await verifyWebhook(method, delivery, { secrets: ['s'], nowMs: NOW_MS })).toMatchObject({
        reason: 'timestamp_outside_replay_window',
      });
    }
  });
});

it.each(METHODS)('what is signed here for %s is verified by the sender’s own library', async (method) => {
  await fc.assert(
    fc.asyncProperty(bodies, secrets, async (body, secret) => {
      const delivery = await aDelivery(method, { body, secret });
      expect(await accepts(OFFICIAL[method], delivery, secret)).toBe(true);
      expect(await accepts(OFFICIAL[method], tampered(delivery), secret)).toBe(false);
    }),
    OFTEN,
  );
});

describe.each(DOORS)('Standard Webhooks, $door', ({ verifyWebhook }) => {
  const secret = 'whsec_aGFyYm91ciBhbmQgdGlkZQ==';

  it('is none of the methods here: each misses its own header', async () => {
    const body = '{"type":"tide.turned"}';
    const headers = {
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(NOW_SECONDS),
      'webhook-signature': new StandardWebhook(secret).sign('msg_1', new Date(NOW_MS), body),
    };
    for (const method of WEBHOOK_METHODS)
      expect(
        await verifyWebhook(method, { headers, body: bytes(body) }, { secrets: [secret], nowMs: NOW_MS }),
      ).toMatchObject({
        reason: expect.stringMatching(/^missing_(signature_header|x_goog_channel_token)$/),
      });
  });

  it('hashes alike but reads its secret otherwise: it decodes what stands after whsec_, nothing here does', async () => {
    const body = '{"type":"tide.turned"}';
    // With the time as message id, its `<id>.<time>.<body>` are the bytes that `t=<time>,v1=` signs over `<time>.<body>`.
    const signedBy = (standard: StandardWebhook) => {
      const [, base64 = ''] = standard.sign(String(NOW_SECONDS), new Date(NOW_MS), body).split(',');
      const header = `t=${NOW_SECONDS},v1=${Buffer.from(base64, 'base64').toString('hex')}`;
      const delivery = { headers: { 'x-marfa-signature': header }, body: bytes(`${NOW_SECONDS}.${body}`) };
      return verifyWebhook('hmac-sha256', delivery, { secrets: [secret], nowMs: NOW_MS });
    };
    expect((await signedBy(new StandardWebhook(secret, { format: 'raw' }))).verified).toBe(true);
    expect((await signedBy(new StandardWebhook(secret))).verified).toBe(false);
  });
});
