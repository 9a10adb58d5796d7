import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { signWebhook } from '@withmarfa/webhooks/signing';
import { createApp } from './app.ts';

// Plays GitHub, and somebody who would like to be; ends with an error when anything is not as it should be.
const secret = 'It is a secret to everybody';
const handled: unknown[] = [];
const app = createApp({
  secrets: ['the next secret', secret],
  handle: (event, payload) => handled.push([event, payload]),
});
const server = app.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;

async function send(headers: Record<string, string>, body: BodyInit, path = '/hooks/github'): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers, body });
  await response.text();
  return response.status;
}

try {
  const push = '{"ref":"refs/heads/tide"}';
  const genuine = await signWebhook('github', {
    secret,
    body: push,
    deliveryId: '72d3162e-cc78-11e3-81ab-4c9367dc0958',
  });
  const headers = { ...genuine.headers, 'x-github-event': 'push' };
  assert.equal(await send(headers, genuine.body), 202);
  assert.deepEqual(handled, [['push', { ref: 'refs/heads/tide' }]]);

  assert.equal(await send(headers, genuine.body), 202);
  assert.equal(handled.length, 1, 'the same delivery was handled twice');

  const forged = await signWebhook('github', { secret: 'a guess', body: push });
  assert.equal(await send(forged.headers, forged.body), 401);
  assert.equal(await send(headers, '{"ref":"refs/heads/main"}'), 401);
  assert.equal(await send({}, push), 401);
  assert.equal(handled.length, 1, 'a forged delivery was handled');

  assert.equal(await send(headers, new Uint8Array(25 * 1024 * 1024 + 1)), 413);
  assert.equal(await send(headers, push, '/hooks/too-late'), 500);
  console.log('It works.');
} finally {
  server.closeAllConnections();
  server.close();
}
