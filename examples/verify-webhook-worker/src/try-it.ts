import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { signWebhook } from '@withmarfa/webhooks/signing';
import { unstable_startWorker } from 'wrangler';

// Starts the Worker in workerd, plays Stripe, and somebody who would like to be; ends with an error when anything is not as
// it should be.
// Neither figures for its makers nor a stranger's place in the world are fetched: this runs without a network.
process.env.WRANGLER_SEND_METRICS = 'false';
process.env.CLOUDFLARE_CF_FETCH_ENABLED = 'false';
const secret = 'whsec_of the harbour';
const worker = await unstable_startWorker({
  name: 'verify-webhook',
  entrypoint: fileURLToPath(new URL('worker.ts', import.meta.url)),
  compatibilityDate: '2026-11-01',
  bindings: { STRIPE_WEBHOOK_SECRET: { type: 'plain_text', value: secret } },
  dev: {
    server: { hostname: '127.0.0.1', port: 0 },
    inspector: false,
    watch: false,
    logLevel: 'error',
    persist: false,
  },
});

try {
  const url = await worker.url;
  const send = async (headers: Record<string, string>, body: BodyInit) => {
    const response = await fetch(new URL('/hooks/stripe', url), { method: 'POST', headers, body });
    return { status: response.status, text: await response.text() };
  };

  const paid = '{"id":"evt_1NG8Du2eZvKYlo2CUI79vXWy","type":"invoice.paid"}';
  const { headers, body } = await signWebhook('stripe', { secret, body: paid });
  assert.deepEqual(await send(headers, body), { status: 202, text: 'evt_1NG8Du2eZvKYlo2CUI79vXWy' });

  const refused = { status: 401, text: '' };
  assert.deepEqual(await send(headers, paid.replace('paid', 'void')), refused);
  const guessed = await signWebhook('stripe', { secret: 'whsec_a guess', body: paid });
  assert.deepEqual(await send(guessed.headers, guessed.body), refused);
  const old = await signWebhook('stripe', { secret, body: paid, nowMs: Date.now() - 301_000 });
  assert.deepEqual(await send(old.headers, old.body), refused);
  assert.deepEqual(await send({}, paid), refused);
  console.log('It works.');
} finally {
  await worker.dispose();
}
