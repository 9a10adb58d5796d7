import { describe, expect, it } from 'vitest';
import { aConnection, aDelivery, anEnvelope } from './support/an-envelope.ts';

it('makes an item of a mail', async () => {
  const harness = aConnection();
  const outcome = await harness.deliverWebhook(aDelivery(anEnvelope()));
  expect(outcome).toMatchObject({ result: { ok: true }, items_created: 1 });
  expect(harness.items).toMatchObject([
    {
      type: 'withmarfa.captured_email',
      source_id: '<tide-1@harbour.example>',
      timestamp: '2026-03-05T08:30:00.000Z',
    },
  ]);
  expect(harness.items[0]?.properties).toEqual({
    from_address: 'ada@harbour.example',
    from_name: 'Ada',
    to_address: 'inbox@example.org',
    subject: 'High water',
    text_body: 'High water is at noon.\n',
    html_body: '<p>High water is at noon.</p>',
    sent_at: '2026-03-05T08:30:00.000Z',
    message_id: '<tide-1@harbour.example>',
    in_reply_to: '<tide-0@harbour.example>',
    references: ['<tide-0@harbour.example>'],
    headers: { 'reply-to': 'watch@harbour.example' },
    attachments: [{ filename: 'tides.pdf', mime_type: 'application/pdf', size_bytes: 1234 }],
  });
});

it('takes a mail of which nothing but its Message-ID is known', async () => {
  const harness = aConnection();
  const { result } = await harness.deliverWebhook(aDelivery({ message_id: '<bare@harbour.example>' }));
  expect(result).toEqual({ ok: true });
  expect(harness.items[0]).toMatchObject({ timestamp: new Date(harness.clock.now()).toISOString() });
  expect(harness.items[0]?.properties).toEqual({
    message_id: '<bare@harbour.example>',
    references: [],
    headers: {},
    attachments: [],
  });
});

describe('the same Message-ID again', () => {
  it('is the same item, with the fields of the mail that came last and none of the one before', async () => {
    const harness = aConnection();
    await harness.deliverWebhook(aDelivery(anEnvelope({ text: 'x'.repeat(300_000) })));
    await harness.deliverWebhook(aDelivery(anEnvelope({ subject: 'Low water', html: undefined })));
    expect(harness.items).toHaveLength(1);
    expect(harness.items[0]?.properties).toMatchObject({ subject: 'Low water', text_body: 'High water is at noon.\n' });
    expect(harness.items[0]?.properties).not.toHaveProperty('html_body');
    expect(harness.items[0]?.properties).not.toHaveProperty('clipped');
  });

  it('is the same item when it stands between spaces, or is folded', async () => {
    const harness = aConnection();
    await harness.deliverWebhook(aDelivery(anEnvelope()));
    await harness.deliverWebhook(aDelivery(anEnvelope({ message_id: '\r\n <tide-1@harbour.example> ' })));
    expect(harness.items).toHaveLength(1);
  });

  it('makes nothing twice after a crash at the end of the run', async () => {
    const harness = aConnection();
    await harness.deliverWebhook({ ...aDelivery(anEnvelope()), crashAtEnd: true });
    await harness.deliverWebhook(aDelivery(anEnvelope()));
    expect(harness.items).toHaveLength(1);
  });

  it('in another case is another mail', async () => {
    const harness = aConnection();
    await harness.deliverWebhook(aDelivery(anEnvelope()));
    await harness.deliverWebhook(aDelivery(anEnvelope({ message_id: '<TIDE-1@harbour.example>' })));
    expect(harness.items).toHaveLength(2);
  });

  it('is told apart when it is too long to be a key', async () => {
    const harness = aConnection();
    const long = 'x'.repeat(1100);
    for (const message_id of [`<${long}1>`, `<${long}1>`, `<${long}2>`])
      expect((await harness.deliverWebhook(aDelivery(anEnvelope({ message_id })))).result).toEqual({ ok: true });
    expect(harness.items.map(({ source_id }) => source_id)).toEqual([
      expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    ]);
    expect(harness.items[0]?.properties).toMatchObject({ clipped: ['message_id'] });
  });
});

describe('a body that is no envelope fails for good', () => {
  it.each([
    ['nothing', '', 'the body is not JSON in UTF-8'],
    ['a mail as it is', 'From: ada@harbour.example\r\n\r\nHello', 'the body is not JSON in UTF-8'],
    ['100,000 brackets', '['.repeat(100_000), 'the body is not JSON in UTF-8'],
    ['bytes that are not UTF-8', new Uint8Array([0x22, 0xff, 0x22]), 'the body is not JSON in UTF-8'],
    ['null', 'null', 'the body is no envelope of a mail'],
    ['a text', '"mail"', 'the body is no envelope of a mail'],
    ['a list', '[{"message_id":"<a@b>"}]', 'the body is no envelope of a mail'],
    ['no message_id', '{}', 'the envelope has no message_id, by which a mail is known'],
    ['a message_id that is a number', '{"message_id":1}', 'the envelope has no message_id, by which a mail is known'],
    ['a blank message_id', '{"message_id":" \\n"}', 'the envelope has no message_id, by which a mail is known'],
  ])('%s', async (_what, body, reason) => {
    const harness = aConnection();
    const { result } = await harness.deliverWebhook({ body });
    expect(result).toEqual({ ok: false, retry: false, reason });
    expect(harness.items).toEqual([]);
  });
});

describe('the space', () => {
  it('that cannot be reached is tried again', async () => {
    const harness = aConnection();
    harness.intercept(() => new Response(null, { status: 500 }));
    expect((await harness.deliverWebhook(aDelivery(anEnvelope()))).result).toMatchObject({ ok: false, retry: true });
  });

  it('that refuses the item is not, and its reason is told', async () => {
    const harness = aConnection();
    const envelope = { error: { code: 'invalid_properties', message: 'Not like this.' } };
    harness.intercept(() =>
      Response.json(envelope, { status: 400, headers: { 'x-error-code': 'invalid_properties' } }),
    );
    const { result } = await harness.deliverWebhook(aDelivery(anEnvelope()));
    expect(result).toMatchObject({
      retry: false,
      reason: expect.stringContaining('the space refused the mail: invalid_properties'),
    });
  });
});
