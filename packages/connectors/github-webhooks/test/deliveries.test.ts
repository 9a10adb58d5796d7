import { describe, expect, it } from 'vitest';
import { type GitHubContext, INTEGRATION_NAME, keepOpened } from '../src/index.ts';
import { aConnection, aDelivery, anIssue, aPullRequest, aRepository } from './support/a-delivery.ts';

describe('what is left alone', () => {
  it.each([
    ['a ping', 'ping', { zen: 'Keep it logically awesome.', hook_id: 1 }],
    ['a push', 'push', { ref: 'refs/heads/main' }],
    ['an issue that was closed', 'issues', anIssue({}, { action: 'closed' })],
    ['a pull request that was edited', 'pull_request', aPullRequest({}, { action: 'edited' })],
    ['a comment on an issue', 'issue_comment', anIssue({}, { action: 'opened' })],
    ['an event named like what every object has', 'constructor', anIssue()],
  ])('%s is acknowledged and writes nothing', async (_what, event, payload) => {
    const harness = aConnection();
    expect((await harness.deliverWebhook(aDelivery(event, payload))).result).toEqual({ ok: true });
    expect(harness.items).toEqual([]);
    expect(harness.cursor).toEqual({});
  });

  it('an event that does not matter is acknowledged without a look at its body', async () => {
    const outcome = await aConnection().deliverWebhook(aDelivery('push', null, { body: 'not even JSON' }));
    expect(outcome.result).toEqual({ ok: true });
  });
});

describe('the setting `repo`', () => {
  it.each(['Codertocat/Hello-World', 'codertocat/hello-world', ' CODERTOCAT/HELLO-WORLD '])(
    'lets deliveries of its repository through, written as "%s"',
    async (repo) => {
      const harness = aConnection(repo);
      await harness.deliverWebhook(aDelivery('issues', anIssue()));
      expect(harness.items.map(({ source_id }) => source_id)).toEqual(['Codertocat/Hello-World/issue/1']);
    },
  );

  it.each(['Codertocat/Hello', 'Codertocat/Hello-World2', 'else/Hello-World', 'a/b'])(
    'acknowledges a delivery without effect when it names %s instead',
    async (repo) => {
      const harness = aConnection(repo);
      expect((await harness.deliverWebhook(aDelivery('issues', anIssue()))).result).toEqual({ ok: true });
      expect(harness.items).toEqual([]);
    },
  );

  it('takes every repository when it is left blank', async () => {
    const harness = aConnection('  ');
    await harness.deliverWebhook(aDelivery('issues', anIssue()));
    await harness.deliverWebhook(aDelivery('issues', anIssue({}, aRepository('acme/harbour'))));
    expect(harness.items.map(({ source_id }) => source_id)).toEqual([
      'Codertocat/Hello-World/issue/1',
      'acme/harbour/issue/1',
    ]);
  });

  it('that can be no repository fails for good and says how to write one', async () => {
    const harness = aConnection('https://github.com/Codertocat/Hello-World');
    expect((await harness.deliverWebhook(aDelivery('issues', anIssue()))).result).toEqual({
      ok: false,
      retry: false,
      reason: '"https://github.com/Codertocat/Hello-World" is no repository. Give it as owner/name in the settings.',
    });
  });
});

describe('the same delivery again', () => {
  it('has no effect, not even on a bookmark that was thrown away', async () => {
    const harness = aConnection();
    const delivery = aDelivery('issues', anIssue());
    await harness.deliverWebhook(delivery);
    const [bookmark] = harness.items;
    harness.space.transitionItem(bookmark?.id ?? '', 'trashed');
    const again = await harness.deliverWebhook(delivery);
    expect(again).toMatchObject({ result: { ok: true }, items_created: 0, items_updated: 0 });
    expect(harness.items.map(({ state }) => state)).toEqual(['trashed']);
  });

  it('under another id ends in the same bookmark', async () => {
    const harness = aConnection();
    await harness.deliverWebhook(aDelivery('issues', anIssue()));
    await harness.deliverWebhook(aDelivery('issues', anIssue()));
    expect(harness.items).toHaveLength(1);
  });

  it('after a crash at its end makes nothing twice', async () => {
    const harness = aConnection();
    const delivery = aDelivery('issues', anIssue());
    await harness.deliverWebhook({ ...delivery, crashAtEnd: true });
    expect(harness.cursor).toEqual({});
    expect((await harness.deliverWebhook(delivery)).result).toEqual({ ok: true });
    expect(harness.items).toHaveLength(1);
  });

  it('is not taken for done when the space could not be reached', async () => {
    const harness = aConnection();
    const delivery = aDelivery('issues', anIssue());
    harness.intercept(() => new Response(null, { status: 500 }));
    expect((await harness.deliverWebhook(delivery)).result).toMatchObject({ ok: false, retry: true });
    harness.intercept(null);
    expect((await harness.deliverWebhook(delivery)).result).toEqual({ ok: true });
    expect(harness.items).toHaveLength(1);
  });

  it('is known for 1,024 deliveries, which those that write nothing do not count among', async () => {
    const harness = aConnection();
    const first = aDelivery('issues', anIssue(), { delivery_id: 'first' });
    await harness.deliverWebhook(first);
    await harness.deliverWebhook(aDelivery('push', {}));
    harness.cursor.main = { deliveries: ['first', ...Array.from({ length: 1023 }, (_, index) => `one-${index}`)] };
    expect((await harness.deliverWebhook(first)).items_updated).toBe(0);
    await harness.deliverWebhook(aDelivery('issues', anIssue({ number: 2 })));
    expect((harness.cursor.main as { deliveries: string[] }).deliveries).toHaveLength(1024);
    expect((await harness.deliverWebhook(first)).items_updated).toBe(1);
  });

  it('is kept apart by its source_id when its id is too long to remember', async () => {
    const harness = aConnection();
    const delivery = aDelivery('issues', anIssue(), { delivery_id: 'x'.repeat(101) });
    await harness.deliverWebhook(delivery);
    expect((await harness.deliverWebhook(delivery)).result).toEqual({ ok: true });
    expect(harness.items).toHaveLength(1);
    expect(harness.cursor.main).toEqual({ deliveries: [] });
  });

  it('is handled when the ring cannot be read', async () => {
    const harness = aConnection();
    harness.cursor.main = 'of another release';
    expect((await harness.deliverWebhook(aDelivery('issues', anIssue()))).result).toEqual({ ok: true });
    expect(harness.items).toHaveLength(1);
  });
});

it('reads the headers in any case', async () => {
  const harness = aConnection();
  await keepOpened(harness.ctx as unknown as GitHubContext, {
    kind: 'webhook',
    integration_name: INTEGRATION_NAME,
    connection_id: harness.connectionId,
    delivery_id: 'one',
    headers: { 'X-GITHUB-Event': 'issues', 'CONTENT-Type': 'application/json' },
    body: new TextEncoder().encode(JSON.stringify(anIssue())).buffer,
    verified_at_ms: harness.clock.now(),
  });
  expect(harness.items).toHaveLength(1);
});

it('fails for good when the space refuses the bookmark, and says why', async () => {
  const harness = aConnection();
  await harness.deliverWebhook(aDelivery('issues', anIssue()));
  const envelope = { error: { code: 'type_not_permitted', message: 'Not here.' } };
  harness.intercept(() => Response.json(envelope, { status: 403, headers: { 'x-error-code': 'type_not_permitted' } }));
  const { result } = await harness.deliverWebhook(aDelivery('issues', anIssue({ number: 2 })));
  expect(result).toMatchObject({ ok: false, retry: false });
  expect(result).toMatchObject({ reason: expect.stringContaining('the space refused the item: type_not_permitted') });
});
