import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp } from './app.ts';
import { startMarfa } from './start-marfa.ts';

// Plays the app and the person against a server of its own; ends with an error when anything is not as it should be.
const marfa = await startMarfa();
let clockMs = Date.now();
const door = createServer();
try {
  door.listen(0, '127.0.0.1');
  await once(door, 'listening');
  const appUrl = new URL(`http://127.0.0.1:${(door.address() as AddressInfo).port}`);
  const app = await createApp({ marfaUrl: new URL(marfa.url), appUrl, nowMs: () => clockMs });
  door.on('request', (request, response) => app.emit('request', request, response));

  const { owner } = marfa;
  assert.match((await owner.open(appUrl)).html, /Sign in with Marfa/);
  const question = await owner.open(new URL('/sign-in', appUrl));
  assert.match(question.html, /Let Harbour Notes in\?/);
  console.log(`The app sends its visitor to ${question.url.origin}, which asks what it may do.`);

  let page = await owner.submit(question, { decision: 'accept' }, { unticked: ['core.bookmark:read'] });
  assert.equal(page.url.href, appUrl.href);
  assert.match(page.html, /Hello, Ada Byron/);
  assert.match(page.html, /may: <code>openid profile core\.note:write<\/code>/);
  console.log('Back in the app she is greeted by name; the bookmarks that she unticked are not in its scope.');

  page = await owner.submit(page, { body: 'The tide turns at six.' });
  assert.match(page.html, /<li>The tide turns at six\.<\/li>/);
  clockMs += 2 * 3_600_000;
  page = await owner.submit(page, { body: 'Bring the long rope.' });
  assert.match(page.html, /<li>Bring the long rope\.<\/li>/);
  console.log('It keeps a note in her space, and two hours later, with a token that it refreshed, another.');

  page = await owner.submit(page, {}, { action: '/sign-out' });
  assert.match(page.html, /Sign in with Marfa/);
  console.log('She signs out, and the app gives its tokens back. It works.');
} finally {
  door.closeAllConnections();
  door.close();
  await marfa.stop();
}
