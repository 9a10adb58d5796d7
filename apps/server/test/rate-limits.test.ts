import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Api, bootstrap, createApi } from './support/api.ts';
import { createProfile, type Profile } from './support/profiles.ts';
import { HAS_REDIS, type RedisServer, startRedis } from './support/redis-server.ts';
import { refusal } from './support/refusal.ts';
import { aKey } from './support/spaces.ts';
import { startServer, type TestServer, waitFor } from './support/start-server.ts';

const LIMIT = 4;
const LIMITED = {
  RATE_LIMIT_ENABLED: 'true',
  RATE_LIMIT_REQUESTS: String(LIMIT),
  RATE_LIMIT_WINDOW_MS: '3600000',
  TRUSTED_PROXY_CIDRS: '127.0.0.1',
};
const left = ({ headers }: Answer) => Number(headers.get('x-ratelimit-remaining'));
const limitOf = ({ headers }: Answer) => Number(headers.get('x-ratelimit-limit'));
const from = (address: string) => ({ 'x-forwarded-for': address });
const note = { type: 'core.note' };

async function until429(call: () => Promise<Answer>): Promise<{ taken: number; last: Answer }> {
  for (let taken = 0; taken <= 4 * LIMIT; taken += 1) {
    const last = await call();
    if (last.status === 429) return { taken, last };
  }
  throw new Error('nothing was refused');
}

describe('Requests are counted', () => {
  let profile: Profile;
  let server: TestServer;
  // Each test takes a key of its own.
  let spare: Api[];
  const aFreshApi = (): Api => {
    const api = spare.pop();
    if (!api) throw new Error('make more keys');
    return api;
  };
  beforeAll(async () => {
    profile = await createProfile('sqlite');
    server = await startServer(profile.variables);
    const admin = await bootstrap(server.url);
    const keys = await Promise.all(Array.from({ length: 8 }, () => aKey(admin, { role: 'tenant_admin' })));
    await server.stop();
    server = await startServer({ ...profile.variables, ...LIMITED });
    spare = keys.map(({ key }) => createApi(server.url, key));
  });
  afterAll(async () => {
    await server?.stop();
    await profile?.dispose();
  });

  it('for each credential and each part of the API', async () => {
    const [one, two] = [aFreshApi(), aFreshApi()];
    expect((await until429(() => one.post('/items', note))).taken).toBe(LIMIT);
    expect((await two.post('/items', note)).status).toBe(201);
    expect((await one.post('/edges', {})).status).toBe(400);
  });

  it('apart for reads, which get twice as many', async () => {
    const api = aFreshApi();
    const first = await api.get('/items');
    expect([limitOf(first), left(first)]).toEqual([2 * LIMIT, 2 * LIMIT - 1]);
    expect((await until429(() => api.get('/items'))).taken).toBe(2 * LIMIT - 1);
    const write = await api.post('/items', note);
    expect([write.status, limitOf(write), left(write)]).toEqual([201, LIMIT, LIMIT - 1]);
  });

  it('whatever comes of them, and the answer tells when to come back', async () => {
    const api = aFreshApi();
    const { last } = await until429(() => api.post('/items', { type: 1 }));
    expect(refusal(last)).toEqual({ status: 429, code: 'rate_limited' });
    expect(left(last)).toBe(0);
    const seconds = Number(last.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(3000);
    expect(seconds).toBeLessThanOrEqual(3600);
    expect(Number(last.headers.get('x-ratelimit-reset'))).toBeGreaterThan(Date.now() / 1000 + 3000);
  });

  it('by the address without a good credential, so that guessing ends', async () => {
    const guess = (address: string, key = 'marfa_k1_guess') =>
      createApi(server.url, key).call('GET', '/items', undefined, from(address));
    const { taken, last } = await until429(() => guess('198.51.100.1'));
    expect(taken).toBe(2 * LIMIT);
    expect(refusal(last).code).toBe('rate_limited');
    expect(refusal(await guess('198.51.100.2')).code).toBe('unauthorized');
    const nobody = createApi(server.url);
    expect((await nobody.call('GET', '/items', undefined, from('198.51.100.1'))).status).toBe(429);
    expect((await aFreshApi().call('GET', '/items', undefined, from('198.51.100.1'))).status).toBe(200);
  });

  it('by the network, where the address is one of IPv6', async () => {
    const ask = (address: string) => createApi(server.url).call('GET', '/types', undefined, from(address));
    let host = 1;
    await until429(() => ask(`2001:db8:0:1::${host++}`));
    expect((await ask('2001:db8:0:2::1')).status).toBe(401);
  });

  it('where there is no endpoint as well, as one area', async () => {
    const ask = (path: string, address = '198.51.100.9') =>
      createApi(server.url).call('GET', path, undefined, from(address));
    expect(limitOf(await ask('/nowhere'))).toBe(2 * LIMIT);
    let name = 1;
    const { taken, last } = await until429(() => ask(`/nowhere/${name++}`));
    expect([taken, refusal(last).code]).toEqual([2 * LIMIT - 1, 'rate_limited']);
    expect(last.headers.get('retry-after')).not.toBeNull();
    expect((await ask('/auth/sign-in', '198.51.100.10')).status).toBe(200);
  });

  it('by the address besides where keys are managed, 200 a minute whatever their credential', async () => {
    const api = aFreshApi();
    const ask = (caller: Api, address: string) => caller.call('GET', '/keys', undefined, from(address));
    const guesses = Array.from({ length: 200 }, () => ask(createApi(server.url, 'marfa_k1_guess'), '203.0.113.1'));
    await Promise.all(guesses);
    const last = await ask(api, '203.0.113.1');
    expect([last.status, limitOf(last)]).toEqual([429, 200]);
    expect((await ask(api, '203.0.113.2')).status).toBe(200);
  });

  it('never for probes', async () => {
    for (let count = 0; count < 4 * LIMIT; count += 1) {
      const answer = await createApi(server.url, 'marfa_k1_guess').get('/health');
      expect([answer.status, answer.headers.get('x-ratelimit-limit')]).toEqual([200, null]);
    }
  });
});

describe('Attempts to sign in', () => {
  let profile: Profile;
  let server: TestServer;
  beforeAll(async () => {
    profile = await createProfile('sqlite');
    server = await startServer({ ...profile.variables, ...LIMITED, RATE_LIMIT_REQUESTS: '1000' });
  });
  afterAll(async () => {
    await server?.stop();
    await profile?.dispose();
  });

  it('end after ten a minute from one address, however it is spelt', async () => {
    const attempt = (path: string, address: string) =>
      fetch(`${server.url}${path}`, {
        method: 'POST',
        headers: { ...from(address), 'content-type': 'application/x-www-form-urlencoded' },
        body: 'email=a%40example.test&password=guess',
      }).then(({ status }) => status);
    const statuses: number[] = [];
    for (const path of Array.from({ length: 6 }, () => ['/auth/sign-in', '/AUTH/Sign-In/']).flat())
      statuses.push(await attempt(path, '198.51.100.1'));
    expect(statuses.indexOf(429)).toBe(10);
    expect(await attempt('/auth/sign-in', '198.51.100.2')).not.toBe(429);
    const look = await fetch(`${server.url}/auth/sign-in`, { headers: from('198.51.100.1') });
    expect(look.status).toBe(200);
  });
});

describe.skipIf(!HAS_REDIS)('Two processes with one Redis', () => {
  let redis: RedisServer;
  let profile: Profile;
  let other: Profile;
  let servers: TestServer[];
  beforeAll(async () => {
    redis = await startRedis();
    [profile, other] = await Promise.all([createProfile('sqlite'), createProfile('sqlite')]);
    servers = await Promise.all(
      [profile, other].map(({ variables }) => startServer({ ...variables, ...LIMITED, REDIS_URL: redis.url })),
    );
  });
  afterAll(async () => {
    await Promise.all(servers?.map((server) => server.stop()) ?? []);
    await redis?.stop();
    await profile?.dispose();
    await other?.dispose();
  });
  const ask = (server: TestServer | undefined, address: string) =>
    createApi(server?.url ?? '').call('GET', '/items', undefined, from(address));

  it('count together', async () => {
    const lefts: number[] = [];
    for (let count = 0; count < 4; count += 1) lefts.push(left(await ask(servers[count % 2], '192.0.2.1')));
    expect(lefts).toEqual([7, 6, 5, 4]);
  });

  it('count apart while it is away, and together again when it is back', async () => {
    await redis.stop();
    const lefts = [];
    for (const server of servers) lefts.push(left(await ask(server, '192.0.2.2')));
    expect(lefts).toEqual([7, 7]);
    await waitFor(() => servers[0]?.output().includes('Redis cannot be reached'));
    await redis.start();
    await waitFor(async () => {
      const address = `192.0.2.${3 + Math.floor(Math.random() * 250)}`;
      return left(await ask(servers[0], address)) === 7 && left(await ask(servers[1], address)) === 6;
    });
  });
});
