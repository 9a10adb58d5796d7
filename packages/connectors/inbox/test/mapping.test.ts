import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KEPT_HEADERS, readEnvelope, toCapturedEmail } from '../src/index.ts';
import { aConnection, aDelivery, anEnvelope, capturedOf } from './support/an-envelope.ts';

const KIB = 1024;
const jsonBytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

describe('texts that are too long', () => {
  it.each([
    ['text', 'text_body', 256 * KIB],
    ['html', 'html_body', 512 * KIB],
    ['subject', 'subject', 4096],
    ['in_reply_to', 'in_reply_to', 1000],
  ])('of %s lose their end, and the item says so', async (given, kept, maxBytes) => {
    const properties = await capturedOf({ [given]: 'x'.repeat(maxBytes + 1) });
    expect(properties[kept]).toBe('x'.repeat(maxBytes));
    expect(properties.clipped).toEqual([kept]);
  });

  it('are kept whole and unmarked up to the last byte', async () => {
    const properties = await capturedOf({ text: 'x'.repeat(256 * KIB), html: 'y'.repeat(512 * KIB) });
    expect(properties.text_body).toHaveLength(256 * KIB);
    expect(properties).not.toHaveProperty('clipped');
  });

  it.each(['é', '語', '😀', '"', '\\', '\n', '\u0007', '\u2028'])(
    'made of %j are measured as JSON, and cut between characters',
    async (character) => {
      const { text_body } = await capturedOf({ text: character.repeat(200_000) });
      const room = 256 * KIB - (jsonBytes(text_body) - 2);
      expect(room).toBeGreaterThanOrEqual(0);
      expect(room).toBeLessThan(jsonBytes(character) - 2);
      expect(String(text_body).replaceAll(character, '')).toBe('');
    },
  );

  it('never make an item that one call to the API could not carry', async () => {
    const wide = '語'.repeat(100_000);
    const envelope = {
      message_id: wide,
      from: { address: wide, name: wide },
      to: wide,
      subject: wide,
      text: '\u0007'.repeat(1_000_000),
      html: '"'.repeat(1_000_000),
      in_reply_to: wide,
      references: Array.from({ length: 500 }, (_, index) => `${index}${'語'.repeat(330)}`),
      headers: Object.fromEntries(KEPT_HEADERS.map((name) => [name, wide])),
      attachments: Array.from({ length: 500 }, () => ({
        filename: wide,
        mime_type: wide,
        size_bytes: Number.MAX_SAFE_INTEGER,
      })),
    };
    const read = readEnvelope(new TextEncoder().encode(JSON.stringify(envelope)).buffer);
    if (!read.ok) throw new Error(read.reason);
    const item = await toCapturedEmail(read.envelope, { receivedAtMs: 0 });
    expect(jsonBytes(item)).toBeGreaterThan(900 * KIB);
    expect(jsonBytes(item)).toBeLessThanOrEqual(KIB * KIB);
    expect(item.properties?.clipped).toHaveLength(11);
  });
});

describe('lists', () => {
  it('of references keep the first mail of the thread and the latest', async () => {
    const ids = Array.from({ length: 150 }, (_, index) => `<${index}@harbour.example>`);
    const { references, clipped } = await capturedOf({ references: ids });
    expect(references).toEqual([ids[0], ...ids.slice(51)]);
    expect(clipped).toEqual(['references']);
  });

  it('of references lose an id that is too long, and what is no id', async () => {
    const properties = await capturedOf({ references: [`<${'x'.repeat(1000)}>`, 1, null, ' ', '<b@c>'] });
    expect(properties).toMatchObject({ references: ['<b@c>'], clipped: ['references'] });
  });

  it('of attachments keep a hundred', async () => {
    const attachments = Array.from({ length: 101 }, (_, index) => ({ filename: `${index}.txt` }));
    const properties = await capturedOf({ attachments });
    expect(properties.attachments).toEqual(attachments.slice(0, 100));
    expect(properties.clipped).toEqual(['attachments']);
  });

  it('of attachments keep what is known of each', async () => {
    const { attachments } = await capturedOf({
      attachments: [{ filename: null, mime_type: 'text/plain', size_bytes: -1 }, 'tides.pdf', { size_bytes: 0 }],
    });
    expect(attachments).toEqual([{ mime_type: 'text/plain' }, { size_bytes: 0 }]);
  });
});

describe('headers', () => {
  it('are kept when they are of the seven, in any case, on one line', async () => {
    const { headers } = await capturedOf({
      headers: {
        CC: 'grace@harbour.example,\r\n\tlin@harbour.example',
        'List-Id': ['<a.harbour.example>', '<b.harbour.example>'],
        'X-Spam': 'no',
        'Authentication-Results': 'mx; dkim=pass',
        Precedence: 7,
      },
    });
    expect(headers).toEqual({
      cc: 'grace@harbour.example, lin@harbour.example',
      'list-id': '<a.harbour.example>, <b.harbour.example>',
    });
  });

  it('that are no object are none', async () => {
    expect((await capturedOf({ headers: 'Cc: me' })).headers).toEqual({});
  });
});

describe('texts', () => {
  it('keep everything but what no store could give back', async () => {
    const { html_body, text_body } = await capturedOf({
      html: '<script>alert(1)</script>\u0000\r\n<b>\ud800</b>',
      text: '\tone\r\n\r\n  two \u0007',
    });
    expect(html_body).toBe('<script>alert(1)</script>\r\n<b>\ufffd</b>');
    expect(text_body).toBe('\tone\r\n\r\n  two \u0007');
  });

  it('of one line have no line breaks and no control characters', async () => {
    const from = { address: ' ada@harbour.example\r\nBcc: all@harbour.example', name: 'A\u0000d\u001ba' };
    expect(await capturedOf({ from, subject: 'High\r\n water\u2028' })).toMatchObject({
      from_address: 'ada@harbour.example Bcc: all@harbour.example',
      from_name: 'Ad a',
      subject: 'High water',
    });
  });
});

describe('the time of the item', () => {
  it.each([
    ['lies in the future', 'Tue, 1 Jan 2199 00:00:00 +0000', '2199-01-01T00:00:00.000Z'],
    ['cannot be read', 'last Tuesday', undefined],
  ])('is when the mail was received, when its date %s', async (_what, date, sent_at) => {
    const harness = aConnection();
    await harness.deliverWebhook(aDelivery(anEnvelope({ date })));
    expect(harness.items[0]?.timestamp).toBe(new Date(harness.clock.now()).toISOString());
    expect(harness.items[0]?.properties.sent_at).toBe(sent_at);
  });
});

it('answers whatever comes in the place of a field, and never throws', async () => {
  const names = Object.keys(anEnvelope()).filter((name) => name !== 'message_id');
  const changes = fc.dictionary(fc.constantFrom(...names, '__proto__'), fc.jsonValue());
  const harness = aConnection();
  await fc.assert(
    fc.asyncProperty(changes, async (change) => {
      expect((await harness.deliverWebhook(aDelivery(anEnvelope(change)))).result).toEqual({ ok: true });
    }),
    { numRuns: 300 },
  );
});
