import { expect, it } from 'vitest';
import { verifyWebhook as portable, WEBHOOK_METHODS } from '../src/index.ts';
import { verifyWebhook } from '../src/index-for-node.ts';
import { signWebhook } from '../src/signing/index.ts';

it.each(WEBHOOK_METHODS)('takes a genuine %s delivery', async (method) => {
  const request = await signWebhook(method, {
    secret: 's3',
    body: '{"id":"evt_1","x":{"event_id":"no"},"event_id":"Ev1"}',
    deliveryId: 'one',
  });
  for (const verify of [verifyWebhook, portable]) {
    expect(await verify(method, request, { secrets: ['x', 's3'] })).toMatchObject({ verified: true, secret_index: 1 });
    expect(await verify(method, request, { secrets: ['x'] })).toMatchObject({ verified: false });
  }
});
