import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Api, bootstrap, createApi } from './support/api.ts';
import { createProfile, type Profile } from './support/profiles.ts';
import { HAS_REDIS, type RedisServer, startRedis } from './support/redis-server.ts';
import { startServer, type TestServer, waitFor } from './support/start-server.ts';

const APP = 'https://app.example.org';

describe('A server with a proxy in front and an app of another origin', () => {
  let profile: Profile;
  let server: TestServer;
  let admin: Api;
  beforeAll(async () => {
    profile = await createProfile('sqlite');
    server = await startServer({
      ...profile.variables,
      TRUSTED_PROXY_CIDRS: '127.0.0.0/8',
      CORS_ORIGINS: `${APP}, http://localhost:3000`,
      ENABLE_HSTS: 'true',
    });
    admin = await bootstrap(server.url);
  });
  afterAll(async () => {
    await server?.stop();
    await profile?.dispose();
  });
  const from = (origin: string, path = '/items', method = 'GET', headers: Record<string, string> = {}) =>
    admin.call(method, path, undefined, { origin, ...headers });
  const allowed = ({ headers }: Answer) => headers.get('access-control-allow-origin');

  it('writes the forwarded address into the audit log', async () => {
    await admin.call('POST', '/items', { type: 'core.note' }, { 'x-forwarded-for': '1.1.1.1, 198.51.100.7' });
    const { body } = await admin.get('/audit?action=item.create');
    expect(body.data[0].client_ip).toBe('198.51.100.7');
  });

  it('lets the app read answers and refusals, without cookies', async () => {
    for (const path of ['/items', '/items/42']) {
      const answer = await from(APP, path);
      expect(allowed(answer)).toBe(APP);
      expect(answer.headers.get('vary')).toBe('Origin');
      expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
      const exposed = answer.headers.get('access-control-expose-headers')?.split(',') ?? [];
      expect(exposed).toEqual(expect.arrayContaining(['X-Request-ID', 'X-Error-Code', 'Retry-After']));
    }
  });

  it('answers the preflight without a credential', async () => {
    const answer = await createApi(server.url).call('OPTIONS', '/items/42', undefined, {
      origin: APP,
      'access-control-request-method': 'PATCH',
      'access-control-request-headers': 'authorization,content-type,idempotency-key',
    });
    expect([answer.status, allowed(answer)]).toEqual([204, APP]);
    expect(answer.headers.get('access-control-allow-methods')).toContain('PATCH');
    expect(answer.headers.get('access-control-allow-headers')).toBe('authorization,content-type,idempotency-key');
    expect(answer.headers.get('allow')).toBe('OPTIONS, GET, HEAD, PATCH, DELETE');
  });

  it.each(['https://evil.example.org', 'null', `${APP}.evil.test`])('lets nobody else: %s', async (origin) => {
    expect(allowed(await from(origin))).toBeNull();
    expect(allowed(await from(origin, '/items', 'OPTIONS'))).toBeNull();
  });

  it('keeps its pages to itself', async () => {
    for (const path of ['/auth/sign-in', '/nowhere']) expect(allowed(await from(APP, path))).toBeNull();
  });

  it('tells browsers to come back by https', async () => {
    for (const path of ['/items', '/auth/sign-in'])
      expect((await admin.get(path)).headers.get('strict-transport-security')).toBe('max-age=31536000');
  });

  it('lets nobody keep an answer that somebody’s credential got', async () => {
    expect((await admin.get('/items')).headers.get('cache-control')).toBe('no-store');
    expect((await admin.get('/items/42')).headers.get('cache-control')).toBe('no-store');
  });

  it('tells which methods an address knows', async () => {
    expect((await admin.put('/items', {})).headers.get('allow')).toBe('OPTIONS, GET, HEAD, POST');
    expect((await admin.get('/harbour')).headers.get('allow')).toBeNull();
  });

  it('is ready', async () => {
    const answer = await createApi(server.url).get('/health/ready');
    expect([answer.status, answer.body]).toEqual([
      200,
      { status: 'ready', parts: { database: 'ok', migrations: 'ok', runtime: 'ok' } },
    ]);
  });
});

describe.skipIf(!HAS_REDIS)('A server with a Redis', () => {
  let redis: RedisServer;
  let profile: Profile;
  let server: TestServer;
  beforeAll(async () => {
    redis = await startRedis();
    profile = await createProfile('sqlite');
    server = await startServer({ ...profile.variables, REDIS_URL: redis.url });
  });
  afterAll(async () => {
    await server?.stop();
    await redis?.stop();
    await profile?.dispose();
  });

  it('tells when it is away, and works on', async () => {
    const part = async () => (await createApi(server.url).get('/health/ready')).body.parts.redis;
    await waitFor(async () => (await part()) === 'ok');
    await redis.stop();
    await waitFor(async () => (await part()) === 'degraded');
    expect((await createApi(server.url).get('/health/ready')).status).toBe(200);
    await redis.start();
    await waitFor(async () => (await part()) === 'ok');
  });
});
