import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Api } from './support/api.ts';
import { describeServer } from './support/describe-server.ts';
import { faultPaths, refusal } from './support/refusal.ts';
import { aSpace } from './support/spaces.ts';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const UNKNOWN_ID = '01936d2e-7b7a-7000-8000-00000000dead';

describeServer('The HTTP door', (under) => {
  let api: Api;
  beforeAll(async () => {
    ({ api } = await aSpace(under.admin));
  });
  const nobody = () => api.as(null);

  it('answers health to anybody', async () => {
    expect(await nobody().get('/health')).toMatchObject({ status: 200, body: { status: 'ok' } });
  });

  describe('tells every refusal in one envelope:', () => {
    it.each<[string, (caller: Api) => Promise<Answer>, number, string]>([
      ['a missing credential', (caller) => caller.as(null).get('/items'), 401, 'unauthorized'],
      ['a missing right', (caller) => caller.get('/tenants'), 403, 'forbidden'],
      ['a missing thing', (caller) => caller.get(`/items/${UNKNOWN_ID}`), 404, 'item_not_found'],
      ['a missing address', (caller) => caller.get('/harbour'), 404, 'not_found'],
      ['an address that knows other methods', (caller) => caller.put('/items', {}), 404, 'not_found'],
      ['input that does not fit', (caller) => caller.post('/items', {}), 400, 'validation_error'],
      ['an id that is none', (caller) => caller.get('/items/42'), 400, 'validation_error'],
      ['a conflict', (caller) => caller.post('/keys', { label: 'a', source: 'administrator' }), 409, 'conflict'],
      ['too much', (caller) => caller.post('/items', { a: 'x'.repeat(1_100_000) }), 413, 'payload_too_large'],
    ])('%s', async (_what, call, status, code) => {
      const answer = await call(api);
      expect(refusal(answer)).toEqual({ status, code });
      expect(Object.keys(answer.body)).toEqual(['error']);
      expect(Object.keys(answer.body.error)).toEqual(expect.arrayContaining(['code', 'message']));
      expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(answer.headers.get('www-authenticate')).toBe(
        status === 401
          ? `Bearer realm="marfa", resource_metadata="${under.server.url}/.well-known/oauth-protected-resource"`
          : null,
      );
    });

    it('with no error code on a success', async () => {
      expect((await api.get('/items')).headers.get('x-error-code')).toBeNull();
    });
  });

  it('tells every fault of a request at once: in its path, its query and its body', async () => {
    const answer = await api.call('PATCH', '/items/42?colour=blue', { version: 0, tier: 'attic', shape: 1 });
    expect(refusal(answer)).toEqual({ status: 400, code: 'validation_error' });
    expect(faultPaths(answer)).toEqual(['$.shape', '$.tier', '$.version', 'path $.id', 'query $.colour']);
  });

  it.each([
    ['GET', '/items?colour=blue'],
    ['GET', `/items/${UNKNOWN_ID}?colour=blue`],
    ['GET', '/keys?colour=blue'],
    ['GET', '/types?colour=blue'],
    ['GET', '/integrations?colour=blue'],
    ['GET', '/audit?colour=blue'],
    ['DELETE', `/items/${UNKNOWN_ID}?colour=blue`],
    ['POST', `/items/${UNKNOWN_ID}/restore?colour=blue`],
    ['GET', '/health?colour=blue'],
  ])('refuses a query parameter that it does not know: %s %s', async (method, path) => {
    const answer = await api.call(method, path);
    expect(refusal(answer)).toEqual({ status: 400, code: 'validation_error' });
    expect(faultPaths(answer)).toEqual(['query $.colour']);
  });

  it('takes an empty object where nothing is expected, and refuses more', async () => {
    const path = `/items/${UNKNOWN_ID}/restore`;
    expect(refusal(await api.post(path, {})).code).toBe('item_not_found');
    expect(refusal(await api.post(path, { state: 'active' })).code).toBe('validation_error');
  });

  describe('reads the credential', () => {
    const withHeader = (authorization: string) => nobody().call('GET', '/items', undefined, { authorization });

    it.each([
      'Bearer',
      'Bearer ',
      'Basic dXNlcjpwYXNz',
      'marfa_k1_x',
      'Bearer a b',
      'Bearer ключ'.normalize('NFC').replace(/[^ -~]/g, '?'),
      '',
    ])('from a bearer header, and none from “%s”', async (authorization) => {
      expect(refusal(await withHeader(authorization))).toEqual({ status: 401, code: 'unauthorized' });
    });

    it('whatever the case of its scheme', async () => {
      const { key } = await aSpace(under.admin);
      for (const scheme of ['Bearer', 'bearer', 'BEARER'])
        expect((await withHeader(`${scheme} ${key}`)).status).toBe(200);
    });

    it('before it looks at the input', async () => {
      expect(refusal(await nobody().get('/items/42?colour=blue')).code).toBe('unauthorized');
      expect(refusal(await nobody().post('/items', { shape: 1 })).code).toBe('unauthorized');
    });

    it('never from the address', async () => {
      const { key } = await aSpace(under.admin);
      expect(refusal(await nobody().get(`/items?access_token=${key}`)).code).toBe('unauthorized');
    });
  });

  describe('names each request', () => {
    const idOf = async (given?: string) => {
      const headers = given === undefined ? {} : { 'x-request-id': given };
      return (await api.call('GET', '/health', undefined, headers)).headers.get('x-request-id');
    };

    it('by the caller’s own name when that is well-formed', async () => {
      for (const id of ['a', 'Trace_01-x', 'x'.repeat(128)]) expect(await idOf(id)).toBe(id);
    });

    it('by a new one when it is not, or when there is none', async () => {
      for (const id of [undefined, '', 'x'.repeat(129), 'a b', 'a.b', '<script>', 'é'])
        expect(await idOf(id)).toMatch(UUID_V7);
      expect(await idOf()).not.toBe(await idOf());
    });

    it('also when it is refused', async () => {
      for (const path of ['/items/42', '/nowhere', '/items/%ZZ'])
        expect((await api.get(path)).headers.get('x-request-id')).toMatch(UUID_V7);
    });
  });

  it.each(['/health', '/items', '/nowhere', '/schema/integration-manifest.schema.json'])(
    'sends the security headers with %s, and not who made it',
    async (path) => {
      const { headers } = await api.get(path);
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('content-security-policy')).not.toMatch(/unsafe|script-src/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toMatch(/SAMEORIGIN|DENY/);
      expect(headers.get('referrer-policy')).toBe('same-origin');
      expect(headers.get('x-powered-by')).toBeNull();
      expect(headers.get('access-control-allow-origin')).toBeNull();
    },
  );

  describe('spoken to in broken HTTP', () => {
    async function speak(bytes: string): Promise<string> {
      const socket = connect(under.server.port, '127.0.0.1');
      socket.end(bytes);
      return text(socket);
    }

    it.each([
      ['nonsense', 'TIDE\r\n\r\n', 400],
      ['an endless header', `GET /health HTTP/1.1\r\nhost: x\r\nx-long: ${'x'.repeat(40_000)}\r\n\r\n`, 431],
      ['two lengths', 'POST /items HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}x', 400],
      ['no host', 'GET /health HTTP/1.1\r\n\r\n', 400],
      ['a strange expectation', 'GET /health HTTP/1.1\r\nhost: x\r\nexpect: tea\r\n\r\n', 417],
    ])('refuses %s in the envelope, under a request id, and lives on', async (_what, bytes, status) => {
      const [head = '', body = ''] = (await speak(bytes)).split('\r\n\r\n');
      expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      expect(/^x-request-id: (.*)$/im.exec(head)?.[1]).toMatch(UUID_V7);
      expect(JSON.parse(body)).toEqual({ error: { code: expect.any(String), message: expect.any(String) } });
      expect(/^x-error-code: (.*)$/im.exec(head)?.[1]).toBe(JSON.parse(body).error.code);
      expect((await api.get('/health')).status).toBe(200);
    });

    it('writes no refusal into an answer that has begun', async () => {
      const { key } = await aSpace(under.admin);
      const socket = connect(under.server.port, '127.0.0.1');
      socket.write(`GET /events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${key}\r\n\r\n`);
      socket.once('data', () => socket.write('TIDE\r\n\r\n'));
      expect((await text(socket).catch(() => '')).match(/HTTP\/1\.1/g) ?? []).toHaveLength(1);
    });

    it('drops a body that ends before its length, and lives on', async () => {
      await speak(
        'POST /items HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{"type"',
      );
      expect((await api.get('/health')).status).toBe(200);
      expect(under.server.output().match(/request failed.*/g)).toBeNull();
    });
  });
});
