import assert from 'node:assert/strict';
import { MarfaApiError } from '@withmarfa/client';
import { login } from './app.ts';
import { startMarfa } from './start-marfa.ts';

// Plays the terminal and the person against a server of its own; ends with an error when anything is not as it should be.
const marfa = await startMarfa();
try {
  const { owner } = marfa;
  const shown = Promise.withResolvers<{ uri: string; code: string; link: string }>();
  const waiting = login({ marfaUrl: new URL(marfa.url), show: shown.resolve });
  const place = await Promise.race([shown.promise, waiting.then(() => assert.fail('nothing was shown'))]);
  console.log(`Open ${place.uri} and type ${place.code}`);

  const question = await owner.open(place.link);
  assert.match(question.html, /Let Harbour terminal in\?/);
  assert.ok(question.html.includes(place.code));
  const done = await owner.submit(question, { decision: 'accept' });
  assert.match(done.html, /Your device is connected/);
  console.log('She has allowed it in her browser; the terminal asks again in a few seconds.');

  const { scope, space, logout } = await waiting;
  assert.equal(scope, 'openid core.note:write');
  await space.items.create({ type: 'core.note', properties: { body: 'Written in a terminal.' } });
  const { data } = await space.items.list({ type: 'core.note' }).page();
  assert.deepEqual(
    data.map(({ properties }) => properties.body),
    ['Written in a terminal.'],
  );
  console.log('The terminal keeps a note in her space.');

  await logout();
  await assert.rejects(space.items.list().page(), (error) => error instanceof MarfaApiError && error.status === 401);
  console.log('After it logged out, its token is worth nothing. It works.');
} finally {
  await marfa.stop();
}
