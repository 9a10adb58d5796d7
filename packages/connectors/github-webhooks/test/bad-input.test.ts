import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aConnection, aDelivery, aFormDelivery, anIssue, aPullRequest, aRepository } from './support/a-delivery.ts';

async function reasonOf(delivery: ReturnType<typeof aDelivery>): Promise<string> {
  const harness = aConnection();
  const { result } = await harness.deliverWebhook(delivery);
  expect(result).toMatchObject({ ok: false, retry: false });
  expect(harness.items).toEqual([]);
  return result.ok ? '' : result.reason;
}

async function bookmarkOf(payload: Record<string, unknown>): Promise<Record<string, unknown> | undefined> {
  const harness = aConnection();
  expect((await harness.deliverWebhook(aDelivery('issues', payload))).result).toEqual({ ok: true });
  return harness.items[0]?.properties;
}

const raw = (body: string | Uint8Array, type = 'application/json') =>
  aDelivery('issues', null, { body, headers: { 'Content-Type': type } });
const FORM = 'application/x-www-form-urlencoded';

describe('a body that cannot be read fails for good', () => {
  it.each([
    ['no JSON', raw('{"action": "opened"'), 'the body is not JSON'],
    ['nothing', raw(''), 'the body is not JSON'],
    ['100,000 brackets', raw('['.repeat(100_000)), 'the body is not JSON'],
    ['bytes that are not UTF-8', raw(new Uint8Array([0x22, 0xff, 0x22])), 'the body is not UTF-8'],
    ['JSON under the type of a form', raw(JSON.stringify(anIssue()), FORM), 'the form has no field "payload"'],
    ['a form without JSON', raw('payload=hello', FORM), 'the field "payload" of the form is not JSON'],
    ['a type that GitHub does not send', raw('<x/>', 'text/xml'), 'the delivery is text/xml, neither JSON nor a form'],
  ])('%s', async (_what, delivery, reason) => {
    expect(await reasonOf(delivery)).toBe(reason);
  });

  it('a delivery that does not name its event', async () => {
    expect(await reasonOf({ body: JSON.stringify(anIssue()) })).toBe('the delivery has no X-GitHub-Event header');
  });
});

describe('a payload of another shape fails for good', () => {
  it.each([
    ['null', null, 'the issues event has no action'],
    ['a list', [anIssue()], 'the issues event has no action'],
    ['an action that is no text', anIssue({}, { action: 1 }), 'the issues event has no action'],
    ['no repository', anIssue({}, { repository: null }), 'the issues event names no repository'],
    ['a repository without an owner', anIssue({}, aRepository('harbour')), 'the issues event names no repository'],
    ['a repository of three parts', anIssue({}, aRepository('a/b/c')), 'the issues event names no repository'],
    [
      'no issue',
      anIssue({}, { issue: null }),
      'the issues event of Codertocat/Hello-World holds no issue with a number',
    ],
    [
      'a number that is a text',
      anIssue({ number: '1' }),
      'the issues event of Codertocat/Hello-World holds no issue with a number',
    ],
  ])('%s', async (_what, payload, reason) => {
    expect(await reasonOf(aDelivery('issues', payload))).toBe(reason);
  });

  it.each([
    ['left out', undefined],
    ['null', null],
    ['an object', {}],
    ['a script', 'javascript:alert(1)'],
    ['a script behind spaces and line breaks', ' java\nscript:alert(1)'],
    ['data', 'data:text/html,<script>alert(1)</script>'],
    ['half an address', '/Codertocat/Hello-World/issues/1'],
    ['longer than any address', `https://github.com/${'x'.repeat(4000)}`],
  ])('an address that is %s', async (_what, html_url) => {
    const reason = 'issue 1 of Codertocat/Hello-World has no web address in html_url';
    expect(await reasonOf(aDelivery('issues', anIssue({ html_url })))).toBe(reason);
  });

  it('a script as the address of a pull request in a form', async () => {
    const delivery = aFormDelivery('pull_request', aPullRequest({ html_url: 'javascript:alert(1)' }));
    expect(await reasonOf(delivery)).toBe('pull_request 2 of Codertocat/Hello-World has no web address in html_url');
  });
});

describe('what a bookmark can do without is left out', () => {
  it('the author, when the account was deleted', async () => {
    expect(await bookmarkOf(anIssue({ user: null }))).not.toHaveProperty('author');
  });

  it('a title, a text, a user and a time of the wrong kind', async () => {
    expect(await bookmarkOf(anIssue({ title: 1, body: {}, user: 'me', created_at: 1557933618 }))).toEqual({
      url: 'https://github.com/Codertocat/Hello-World/issues/1',
      title: 'Codertocat/Hello-World#1',
    });
  });

  it.each(['yesterday', '2019-05-15', '2019-13-45T15:20:18Z', '9999-12-31T23:59:59-12:00', '2019-05-15T15:20:18'])(
    'the time %s, which says no moment',
    async (created_at) => {
      expect(await bookmarkOf(anIssue({ created_at }))).not.toHaveProperty('published_at');
    },
  );

  it('NUL and halves of characters, which no store could give back', async () => {
    const properties = await bookmarkOf(anIssue({ title: 'a\u0000b\ud800c', body: 'line\r\nline\u0000\udc00' }));
    expect(properties).toMatchObject({ title: 'Codertocat/Hello-World#1 abc', body: 'line\nline' });
  });

  it('the end of a text of more than 100,000 characters', async () => {
    const { body, title } = (await bookmarkOf(anIssue({ title: 'é'.repeat(600), body: '😀'.repeat(60_000) }))) ?? {};
    expect(body).toBe(`${'😀'.repeat(49_999)}…`);
    expect(title).toHaveLength(500);
  });
});

it('files an issue from the future under the present', async () => {
  const harness = aConnection();
  await harness.deliverWebhook(aDelivery('issues', anIssue({ created_at: '2199-01-01T00:00:00Z' })));
  expect(harness.items[0]).toMatchObject({
    timestamp: new Date(harness.clock.now()).toISOString(),
    properties: { published_at: '2199-01-01T00:00:00.000Z' },
  });
});

it('takes a delivery without a content type for JSON, and reads the type in any case and with parameters', async () => {
  for (const type of ['', 'Application/JSON; charset=utf-8']) {
    const harness = aConnection();
    await harness.deliverWebhook(raw(JSON.stringify(anIssue()), type));
    expect(harness.items).toHaveLength(1);
  }
});

it('answers whatever comes in the place of a field, and never throws', async () => {
  const change = fc.dictionary(
    fc.constantFrom('number', 'html_url', 'title', 'body', 'user', 'created_at'),
    fc.jsonValue(),
  );
  const around = fc.dictionary(fc.constantFrom('action', 'issue', 'repository', '__proto__'), fc.jsonValue(), {
    maxKeys: 1,
  });
  const harness = aConnection();
  await fc.assert(
    fc.asyncProperty(change, around, async (issue, payload) => {
      const { result } = await harness.deliverWebhook(aDelivery('issues', anIssue(issue, payload)));
      if (!result.ok) expect(result).toMatchObject({ retry: false });
    }),
    { numRuns: 300 },
  );
});
