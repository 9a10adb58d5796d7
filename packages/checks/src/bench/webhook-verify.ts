import { createHmac, timingSafeEqual, webcrypto } from 'node:crypto';
import { verify as verifyForGitHub } from '@octokit/webhooks-methods';
import { isValidSlackRequest } from '@slack/bolt';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { median } from './median.ts';

const SIZES = [
  { name: '1 KB', bytes: 1024, calls: 6000, goal: 1.25 },
  { name: '10 KB', bytes: 10_240, calls: 2500, goal: null },
  { name: '256 KB', bytes: 262_144, calls: 150, goal: 0.98 },
] as const;
/** The portable door is held against Web Crypto with a kept key. */
const PORTABLE_GOAL = 0.9;
const ROUNDS = 9;
const SECRET = 'whsec_aGFyYm91ciBhbmQgdGlkZSBhbmQgd2luZA==';
const METHODS = ['github', 'stripe', 'slack', 'hmac-sha256'] as const;
type Method = (typeof METHODS)[number];

interface Request {
  headers: Record<string, string>;
  body: Uint8Array;
}
interface Door {
  verifyWebhook(method: Method, request: Request, options: { secrets: string[] }): Promise<{ verified: boolean }>;
}
type Check = () => boolean | Promise<boolean>;

/** Names and values as a proxy in front of a server would leave them. */
const COMPANY = {
  host: 'hooks.example.org',
  'user-agent': 'Sender/1.0 (+https://sender.example/webhooks)',
  'content-type': 'application/json',
  accept: '*/*',
  'accept-encoding': 'gzip',
  'x-forwarded-for': '192.0.2.7',
  'x-forwarded-proto': 'https',
};

/**
 * One genuine delivery, verified over and over: by `createHmac` and `timingSafeEqual` alone, by Web Crypto with a kept key
 * alone, by both doors of the package, and by the sender's own library. Work per CPU second of this process, in turns; each
 * is awaited, as it would be.
 */
export async function benchWebhookVerify(): Promise<string[]> {
  const doors = { node: await door('index-for-node.js'), portable: await door('index.js') };
  const lines = [
    '| method | body | createHmac | package / createHmac | goal | own library / createHmac | Web Crypto / createHmac | portable / Web Crypto | goal |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
  ];
  for (const { name, bytes, calls, goal } of SIZES) {
    for (const method of METHODS) {
      const rates = await compare(await checksOf(method, aBody(bytes), doors), calls);
      const { floor = 0, web = 0, node = 0, portable = 0, library = 0 } = rates;
      const cells = [
        method,
        name,
        `${Math.round(floor).toLocaleString('en')}/cpu s`,
        (node / floor).toFixed(2),
        goal?.toFixed(2) ?? '',
        (library / floor).toFixed(2),
        (web / floor).toFixed(2),
        (portable / web).toFixed(2),
        PORTABLE_GOAL.toFixed(2),
      ];
      lines.push(`| ${cells.join(' | ')} |`);
    }
  }
  return lines;
}

/** The built package, as it is published; this room names no other. */
async function door(file: string): Promise<Door> {
  return import(new URL(`../../../webhooks/dist/${file}`, import.meta.url).href);
}

/** An event with its id first, as Stripe writes it, and one that Slack would name at the end. */
function aBody(bytes: number): string {
  const head = '{"id":"evt_1NG8Du2eZvKYlo2CUI79vXWy","type":"tide.turned","data":{"entries":[';
  const tail = ']},"event_id":"Ev0PV52K21"}';
  const entry = (index: number) =>
    `{"at":${1_790_000_000 + index},"port":"Harbour ${index}","metres":1.25,"tags":["a","b"]}`;
  const entries: string[] = [];
  let left = bytes - head.length - tail.length - 12;
  for (let index = 0; left > entry(index).length + 1; index += 1) {
    entries.push(entry(index));
    left -= entry(index).length + 1;
  }
  return `${head}${[...entries, JSON.stringify('~'.repeat(Math.max(0, left)))].join(',')}${tail}`;
}

async function checksOf(
  method: Method,
  text: string,
  doors: Record<'node' | 'portable', Door>,
): Promise<Record<string, Check>> {
  const body = Buffer.from(text);
  const seconds = String(Math.floor(Date.now() / 1000));
  const prefix = { github: '', 'hmac-sha256': '', stripe: `${seconds}.`, slack: `v0:${seconds}:` }[method];
  const hex = createHmac('sha256', SECRET).update(prefix).update(body).digest('hex');
  const headers = { ...COMPANY, ...headersOf(method, hex, seconds) };
  const key = await webcrypto.subtle.importKey('raw', Buffer.from(SECRET), { name: 'HMAC', hash: 'SHA-256' }, false, [
    'verify',
  ]);
  const library = libraryOf(method, body, { headers, hex, seconds });
  const through = (one: Door) => async () =>
    (await one.verifyWebhook(method, { headers, body }, { secrets: [SECRET] })).verified;
  return {
    floor: () => {
      const hmac = createHmac('sha256', SECRET);
      if (prefix !== '') hmac.update(prefix);
      return timingSafeEqual(hmac.update(body).digest(), Buffer.from(hex, 'hex'));
    },
    node: through(doors.node),
    web: () => {
      const signed = prefix === '' ? body : Buffer.concat([Buffer.from(prefix), body]);
      return webcrypto.subtle.verify('HMAC', key, Buffer.from(hex, 'hex'), signed);
    },
    portable: through(doors.portable),
    library,
  };
}

function headersOf(method: Method, hex: string, seconds: string): Record<string, string> {
  switch (method) {
    case 'github':
      return { 'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958', 'x-hub-signature-256': `sha256=${hex}` };
    case 'stripe':
      return { 'stripe-signature': `t=${seconds},v1=${hex}` };
    case 'slack':
      return { 'x-slack-request-timestamp': seconds, 'x-slack-signature': `v0=${hex}` };
    case 'hmac-sha256':
      return {
        'x-marfa-delivery-id': 'delivery-1',
        'x-marfa-timestamp': seconds,
        'x-marfa-signature': `sha256=${hex}`,
      };
    default:
      return method satisfies never;
  }
}

/** What the sender publishes, given the bytes that came as a server has them. `hmac-sha256` has none: Standard Webhooks' stands beside it. */
function libraryOf(
  method: Method,
  body: Buffer,
  { headers, hex, seconds }: { headers: Record<string, string>; hex: string; seconds: string },
): Check {
  switch (method) {
    case 'github':
      return () => verifyForGitHub(SECRET, body.toString(), `sha256=${hex}`);
    case 'stripe': {
      const { signature } = new Stripe('sk_test_nobody').webhooks;
      return () => signature?.verifyHeader(body, headers['stripe-signature'] ?? '', SECRET, 300) ?? false;
    }
    case 'slack': {
      const theirs = { 'x-slack-signature': `v0=${hex}`, 'x-slack-request-timestamp': Number(seconds) };
      return () => isValidSlackRequest({ signingSecret: SECRET, body: body.toString(), headers: theirs });
    }
    case 'hmac-sha256': {
      const standard = new StandardWebhook(SECRET);
      const date = new Date(Number(seconds) * 1000);
      const theirs = {
        'webhook-id': 'msg_1',
        'webhook-timestamp': seconds,
        'webhook-signature': standard.sign('msg_1', date, body.toString()),
      };
      return () => standard.verify(body, theirs, { jsonParse: false }) !== null;
    }
    default:
      return method satisfies never;
  }
}

/** @returns calls per CPU second of each, the median of rounds in which each has its turn. */
async function compare(checks: Record<string, Check>, calls: number): Promise<Record<string, number>> {
  const rates: Record<string, number[]> = {};
  for (let round = -2; round < ROUNDS; round += 1) {
    for (const [name, check] of Object.entries(checks)) {
      const before = process.cpuUsage();
      for (let call = 0; call < calls; call += 1)
        if (!(await check())) throw new Error(`${name} refused a genuine delivery.`);
      const { user, system } = process.cpuUsage(before);
      // Rounds before the first compile the code and are not counted.
      if (round >= 0) rates[name] = [...(rates[name] ?? []), (calls / (user + system)) * 1e6];
    }
  }
  return Object.fromEntries(Object.entries(rates).map(([name, all]) => [name, median(all)]));
}
