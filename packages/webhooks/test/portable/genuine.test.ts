import { describe, expect, it } from 'vitest';
import { WEBHOOK_METHODS } from '../../src/index.ts';
import {
  aDelivery,
  bytes,
  HMAC_METHODS,
  NOW_MS,
  OPTIONS,
  SECRET,
  SIGNATURE_HEADERS,
  tampered,
  withHeader,
  withoutHeader,
} from '../support/a-delivery.ts';
import { DOORS } from '../support/doors.ts';

describe.each(DOORS)('verification $door', ({ verifyWebhook }) => {
  it.each(WEBHOOK_METHODS)('takes a genuine %s delivery', async (method) => {
    const delivery = await aDelivery(method);
    expect(await verifyWebhook(method, delivery, OPTIONS)).toMatchObject({ verified: true, secret_index: 0 });
  });

  // What GitHub prints in "Validating webhook deliveries", and Slack in "Verifying requests from Slack".
  it('agrees with GitHub’s own example', async () => {
    const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
    const request = { headers: { 'X-Hub-Signature-256': signature }, body: bytes('Hello, World!') };
    const answer = await verifyWebhook('github', request, { secrets: ["It's a Secret to Everybody"] });
    expect(answer.verified).toBe(true);
  });

  it('agrees with Slack’s own example', async () => {
    const body =
      'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';
    const headers = {
      'X-Slack-Request-Timestamp': '1531420618',
      'X-Slack-Signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
    };
    const options = { secrets: ['8f742231b10e8888abcd99yyyzzz85a5'], nowMs: 1_531_420_618_000 };
    expect((await verifyWebhook('slack', { headers, body: bytes(body) }, options)).verified).toBe(true);
  });

  it.each([
    [
      'test case 2 of RFC 4231',
      'Jefe',
      'what do ya want for nothing?',
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
    [
      'OpenSSL with a key longer than a block',
      'P'.repeat(131),
      'Test Using Larger Than Block-Size Key - Hash Key First',
      'f083c295de6de1ec610cb3563da045bf751e5dc1106a9c553f99c12b467f996f',
    ],
  ])('agrees with %s', async (_source, secret, text, hex) => {
    const request = { headers: { 'x-marfa-signature': hex }, body: bytes(text) };
    expect((await verifyWebhook('hmac-sha256', request, { secrets: [secret] })).verified).toBe(true);
  });

  it.each(HMAC_METHODS)('refuses a %s delivery when one bit of its body is another', async (method) => {
    const delivery = tampered(await aDelivery(method));
    expect(await verifyWebhook(method, delivery, OPTIONS)).toMatchObject({ reason: 'signature_mismatch' });
  });

  it.each(HMAC_METHODS)('refuses a %s delivery when any digit of its signature is another', async (method) => {
    const delivery = await aDelivery(method);
    const name = SIGNATURE_HEADERS[method];
    const header = delivery.headers[name] ?? '';
    for (let back = 1; back <= 64; back += 1) {
      const at = header.length - back;
      const changed = `${header.slice(0, at)}${header[at] === '0' ? '1' : '0'}${header.slice(at + 1)}`;
      const answer = await verifyWebhook(method, withHeader(delivery, name, changed), OPTIONS);
      expect(answer, `digit ${back} from the end`).toMatchObject({ reason: 'signature_mismatch' });
    }
  });

  it.each(HMAC_METHODS)('refuses a %s delivery without its signature header', async (method) => {
    const delivery = withoutHeader(await aDelivery(method), SIGNATURE_HEADERS[method]);
    expect(await verifyWebhook(method, delivery, OPTIONS)).toMatchObject({ reason: 'missing_signature_header' });
  });

  const malformed = [
    '',
    'sha256=',
    'v0=',
    't=1790000000',
    'v1=00',
    'sha1=00',
    'ü'.repeat(64),
    `v0=${'g'.repeat(64)}`,
    '00',
  ];
  it.each(HMAC_METHODS)('tells a %s signature that is malformed from one that is wrong', async (method) => {
    const delivery = await aDelivery(method);
    const name = SIGNATURE_HEADERS[method];
    const genuine = delivery.headers[name] ?? '';
    for (const value of [...malformed, `${genuine}0`, genuine.slice(0, -1), ` ${genuine}`, `x${genuine}`]) {
      const answer = await verifyWebhook(method, withHeader(delivery, name, value), OPTIONS);
      expect(answer, value).toMatchObject({ verified: false, reason: 'signature_format_invalid' });
    }
  });

  it('takes a plain signature without its prefix and in either case, from GitHub only with its prefix', async () => {
    const delivery = await aDelivery('hmac-sha256');
    const hex = (delivery.headers['x-marfa-signature'] ?? '').slice('sha256='.length);
    for (const value of [hex, hex.toUpperCase(), `sha256=${hex.toUpperCase()}`, `SHA256=${hex}`]) {
      const answer = await verifyWebhook('hmac-sha256', withHeader(delivery, 'x-marfa-signature', value), OPTIONS);
      expect(answer.verified, value).toBe(true);
    }
    const fromGitHub = withHeader(await aDelivery('github'), 'x-hub-signature-256', hex);
    expect(await verifyWebhook('github', fromGitHub, OPTIONS)).toMatchObject({ reason: 'signature_format_invalid' });
  });

  it.each(['slack', 'stripe'] as const)('takes no time for signed in a %s delivery that was not', async (method) => {
    const delivery = await aDelivery(method);
    const later = String(NOW_MS / 1000 + 1);
    const headers = Object.fromEntries(
      Object.entries(delivery.headers).map(([name, value]) => [name, value.replace(String(NOW_MS / 1000), later)]),
    );
    expect(await verifyWebhook(method, { ...delivery, headers }, OPTIONS)).toMatchObject({
      reason: 'signature_mismatch',
    });
  });

  it('uses a secret as it is given: no prefix is cut off and nothing is decoded', async () => {
    const secret = 'whsec_aGFyYm91cg==';
    for (const method of HMAC_METHODS) {
      const delivery = await aDelivery(method, { secret });
      for (const other of ['aGFyYm91cg==', 'harbour', ` ${secret}`])
        expect((await verifyWebhook(method, delivery, { ...OPTIONS, secrets: [other] })).verified).toBe(false);
      expect((await verifyWebhook(method, delivery, { ...OPTIONS, secrets: [secret] })).verified).toBe(true);
    }
  });

  it('takes bodies of every length, empty and long ones included, and bytes that are no text', async () => {
    for (const length of [0, 1, 63, 64, 16_300, 16_384, 16_385, 70_000]) {
      const body = Uint8Array.from({ length }, (_, index) => (index * 167 + 13) & 0xff);
      for (const method of HMAC_METHODS) {
        const delivery = await aDelivery(method, { body });
        expect((await verifyWebhook(method, delivery, OPTIONS)).verified, `${method} ${length}`).toBe(true);
      }
    }
  });

  it('takes a body that is a part of a larger buffer', async () => {
    const delivery = await aDelivery('github');
    const around = new Uint8Array(delivery.body.length + 20).fill(7);
    around.set(delivery.body, 10);
    const body = around.subarray(10, 10 + delivery.body.length);
    expect((await verifyWebhook('github', { ...delivery, body }, OPTIONS)).verified).toBe(true);
  });

  it('keeps deliveries apart that are verified at the same time', async () => {
    const each = await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        const method = HMAC_METHODS[index % HMAC_METHODS.length] ?? 'github';
        const secret = `secret ${index % 3}`;
        return { method, secret, delivery: await aDelivery(method, { secret, body: `body ${index}` }) };
      }),
    );
    const answers = await Promise.all(
      each.flatMap(({ method, secret, delivery }) => [
        verifyWebhook(method, delivery, { ...OPTIONS, secrets: [secret] }),
        verifyWebhook(method, tampered(delivery), { ...OPTIONS, secrets: [secret] }),
      ]),
    );
    expect(answers.map(({ verified }) => verified)).toEqual(answers.map((_, index) => index % 2 === 0));
  });

  it('throws for the caller’s own mistakes: a parsed body, a method that does not exist', async () => {
    const delivery = await aDelivery('github');
    const parsed = { ...delivery, body: { type: 'tide.turned' } as unknown as Uint8Array };
    await expect(verifyWebhook('github', parsed, OPTIONS)).rejects.toThrow(TypeError);
    await expect(verifyWebhook('gitlab' as 'github', delivery, OPTIONS)).rejects.toThrow(TypeError);
  });

  it('says nothing of the secret or of the right signature in a refusal', async () => {
    for (const method of HMAC_METHODS) {
      const delivery = await aDelivery(method);
      const right = (delivery.headers[SIGNATURE_HEADERS[method]] ?? '').slice(-64);
      const answer = await verifyWebhook(method, withHeader(tampered(delivery), 'x', SECRET), OPTIONS);
      expect(JSON.stringify(answer)).not.toMatch(new RegExp(`${SECRET}|${right}`));
    }
  });
});
