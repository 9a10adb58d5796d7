import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startFakeServer } from '@withmarfa/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aConnection } from './support/an-envelope.ts';

const ROOM = fileURLToPath(new URL('..', import.meta.url));
const SECRET = 'whsec_of_a_test';
const run = promisify(execFile);

interface Worker {
  email(message: unknown, env: { MARFA_RECEIPT_URL: string; MARFA_SECRET: string }): Promise<void>;
}

/** As Cloudflare hands it to the Worker. */
function aMessage(raw: string) {
  const [head = ''] = raw.split('\r\n\r\n', 1);
  const fields = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n');
  const headers = new Headers();
  for (const field of fields) headers.append(field.split(':', 1)[0] ?? '', field.replace(/^[^:]*:\s*/, ''));
  return { from: 'bounce@harbour.example', to: 'inbox@example.org', headers, raw: new Response(raw).body };
}

const MIXED = [
  'From: =?utf-8?q?Ad=C3=A1?= <ada@harbour.example>',
  'To: someone@example.org',
  'Subject: =?utf-8?b?SGlnaCB3YXRlciDwn4yK?=',
  'Date: Thu, 5 Mar 2026 09:30:00 +0100',
  'Message-ID: <tide-1@harbour.example>',
  'In-Reply-To: <tide-0@harbour.example>',
  'References: <tide-00@harbour.example>',
  '\t<tide-0@harbour.example>',
  'List-Id: Tides <tides.harbour.example>',
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary=outer',
  '',
  '--outer',
  'Content-Type: multipart/alternative; boundary=inner',
  '',
  '--inner',
  'Content-Type: text/plain; charset=iso-8859-1',
  'Content-Transfer-Encoding: quoted-printable',
  '',
  'High water at caf=E9 noon.',
  '--inner',
  'Content-Type: text/html; charset=utf-8',
  '',
  '<p>High water</p>',
  '--inner--',
  '--outer',
  'Content-Type: application/pdf; name="tides.pdf"',
  'Content-Disposition: attachment; filename="tides.pdf"',
  'Content-Transfer-Encoding: base64',
  '',
  'SGVsbG8sIHRpZGVz',
  '--outer--',
  '',
].join('\r\n');

let folder: string;
let worker: Worker;

beforeAll(async () => {
  const readme = await readFile(join(ROOM, 'README.md'), 'utf8');
  const [, code = ''] = /^```ts\n([\s\S]*?)^```$/m.exec(readme) ?? [];
  folder = await mkdtemp(join(ROOM, 'test/worker-'));
  const file = join(folder, 'email-worker.ts');
  await writeFile(file, code);
  ({ default: worker } = (await import(file)) as { default: Worker });
});

afterAll(() => rm(folder, { recursive: true }));

/** What the Worker posts for a mail. */
async function postedFor(raw: string, status = 202) {
  const posts: { body: Buffer; headers: Record<string, string> }[] = [];
  const marfa = await startFakeServer(async (request, response) => {
    posts.push({ body: await buffer(request), headers: request.headers as Record<string, string> });
    response.writeHead(status).end('{}');
  });
  try {
    await worker.email(aMessage(raw), { MARFA_RECEIPT_URL: marfa.url, MARFA_SECRET: SECRET });
  } finally {
    await marfa.close();
  }
  const [post] = posts;
  if (!post) throw new Error('nothing was posted');
  return post;
}

/** Hands what was posted to the connector. @returns the item. */
async function keptOf(post: Awaited<ReturnType<typeof postedFor>>) {
  const harness = aConnection();
  const { body, headers } = post;
  const delivery = { body, headers, delivery_id: headers['x-marfa-delivery-id'] ?? '' };
  expect((await harness.deliverWebhook(delivery)).result).toEqual({ ok: true });
  return harness.items[0];
}

describe('the Worker in the README', () => {
  it('compiles', { timeout: 120_000 }, async () => {
    const config = join(folder, 'tsconfig.json');
    const compilerOptions = { types: [] };
    await writeFile(config, JSON.stringify({ extends: '../../tsconfig.json', compilerOptions, include: ['.'] }));
    const tsc = join(ROOM, 'node_modules/typescript/bin/tsc');
    await expect(run(process.execPath, [tsc, '-p', config, '--noEmit'])).resolves.toBeDefined();
  });

  it('signs the exact body, and gives the Message-ID as the delivery’s id', async () => {
    const { body, headers } = await postedFor(MIXED);
    const digest = createHmac('sha256', SECRET).update(body).digest('hex');
    expect(headers['x-marfa-signature']).toBe(`sha256=${digest}`);
    expect(headers['x-marfa-timestamp']).toMatch(/^\d{10}$/);
    expect(headers['x-marfa-delivery-id']).toBe('<tide-1@harbour.example>');
  });

  it('sends an envelope that becomes the whole mail', async () => {
    const item = await keptOf(await postedFor(MIXED));
    expect(item?.properties).toEqual({
      from_address: 'ada@harbour.example',
      from_name: 'Adá',
      to_address: 'inbox@example.org',
      subject: 'High water 🌊',
      text_body: 'High water at café noon.\n',
      html_body: '<p>High water</p>\n',
      sent_at: '2026-03-05T08:30:00.000Z',
      message_id: '<tide-1@harbour.example>',
      in_reply_to: '<tide-0@harbour.example>',
      references: ['<tide-00@harbour.example>', '<tide-0@harbour.example>'],
      headers: { 'list-id': 'Tides <tides.harbour.example>' },
      attachments: [{ filename: 'tides.pdf', mime_type: 'application/pdf', size_bytes: 12 }],
    });
  });

  it('sends of the Message-ID in a header only what a header takes, and all of it in the envelope', async () => {
    const post = await postedFor('Message-ID: <tidé 1@harbour.example>\r\n\r\nHello');
    expect(post.headers['x-marfa-delivery-id']).toBe('<tid??1@harbour.example>');
    expect((await keptOf(post))?.source_id).toBe('<tidé 1@harbour.example>');
  });

  it.each([
    ['without a Message-ID', 'From: ada@harbour.example\r\n\r\nHello'],
    ['with an empty one', 'Message-ID: \r\n\r\nHello'],
  ])('gives a mail %s the same one each time, and another mail another', async (_what, bare) => {
    const [first, again, other] = [await postedFor(bare), await postedFor(bare), await postedFor(`${bare}!`)];
    const idOf = ({ headers }: typeof first) => headers['x-marfa-delivery-id'];
    expect(idOf(first)).toMatch(/^<[0-9a-f]{64}@no-message-id\.invalid>$/);
    expect(idOf(again)).toBe(idOf(first));
    expect(idOf(other)).not.toBe(idOf(first));
    expect((await keptOf(first))?.source_id).toBe(idOf(first));
  });

  it('sends enough of a huge mail for the item to say that it was cut, and no more', async () => {
    const huge = `From: ada@harbour.example\r\nContent-Type: text/html\r\n\r\n${'x'.repeat(8_000_000)}`;
    const post = await postedFor(huge);
    expect(post.body.length).toBeLessThan(1_000_000);
    expect((await keptOf(post))?.properties.clipped).toEqual(['html_body']);
  });

  it.each([400, 401, 404, 410, 413, 503])(
    'does not count a mail as delivered when Marfa answers %d',
    async (status) => {
      await expect(postedFor(MIXED, status)).rejects.toThrow(`Marfa answered ${status}`);
    },
  );
});
