import { once } from 'node:events';
import { mkdir, stat, truncate, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type Answer, type Api, bootstrap, createApi } from './support/api.ts';
import { type FeedServer, startFeedServer } from './support/feed-server.ts';
import { holdAnswers } from './support/hold-answers.ts';
import { ENDED, install, integrationId, RSS_WATCHER, runIn, startRun } from './support/integrations.ts';
import { createProfile, DIALECTS, type Profile } from './support/profiles.ts';
import { anItem } from './support/spaces.ts';
import { freePort, startFailing, startServer, type TestServer } from './support/start-server.ts';
import { writeConnector } from './support/write-connector.ts';

/** Starts a server that must not come up, and looks at the way it says so. @returns what it said. */
async function failure(variables: Record<string, string>): Promise<string> {
  const { code, output } = await startFailing(variables);
  expect(code, output).toBe(1);
  expect(output).toContain('Marfa could not start.');
  expect(output).not.toMatch(/^\s+at /m);
  expect(output).not.toContain('node_modules');
  return output;
}

describe('A server that cannot start says what to do:', () => {
  let profile: Profile;
  beforeEach(async () => {
    profile = await createProfile('sqlite');
  });
  afterEach(() => profile.dispose());

  it('all faults of its environment at once', async () => {
    const output = await failure({
      PORT: 'high',
      DATABASE_URL: 'mysql://localhost/marfa',
      LOG_LEVEL: 'loud',
      MARFA_AUTH_BASE_URL: 'localhost',
      MARFA_RUN_TIMEOUT_SECONDS: '0',
      MARFA_RUNTIME_CREDENTIAL_TTL_SECONDS: '59',
      NODE_ENV: 'staging',
      TRUSTED_PROXY_CIDRS: '10.0.0.0/99',
      CORS_ORIGINS: 'https://app.example.org/',
      ENABLE_HSTS: 'perhaps',
      RATE_LIMIT_ENABLED: 'yes',
      RATE_LIMIT_WINDOW_MS: '1',
      REDIS_URL: 'localhost:6379',
    });
    for (const name of [
      'PORT',
      'DATABASE_URL',
      'LOG_LEVEL',
      'MARFA_AUTH_BASE_URL',
      'MARFA_RUN_TIMEOUT_SECONDS',
      'MARFA_RUNTIME_CREDENTIAL_TTL_SECONDS',
      'NODE_ENV',
      'TRUSTED_PROXY_CIDRS',
      'CORS_ORIGINS',
      'ENABLE_HSTS',
      'RATE_LIMIT_ENABLED',
      'RATE_LIMIT_WINDOW_MS',
      'REDIS_URL',
    ])
      expect(output).toMatch(new RegExp(`^ {2}${name}: expected `, 'm'));
    expect(output).toContain('13 fault');
  });

  it('also those that span several variables, and never a secret', async () => {
    const output = await failure({
      PORT: 'high',
      NODE_ENV: 'production',
      API_KEY_SALT: 'canary',
      DATABASE_URL: 'postgres://marfa:canary@127.0.0.1:1/x',
      SQLITE_PATH: 'x.db',
      MARFA_OUTBOUND_ALLOW: '10.0.0.0/99',
    });
    for (const name of ['PORT', 'API_KEY_SALT', 'MARFA_AUTH_SECRET', 'SQLITE_PATH', 'MARFA_OUTBOUND_ALLOW'])
      expect(output).toContain(`  ${name}: `);
    expect(output).not.toContain('canary');
  });

  it('settings that contradict each other', async () => {
    const output = await failure({
      DATABASE_URL: 'postgres://127.0.0.1/x',
      DB_DIALECT: 'sqlite',
      SQLITE_PATH: 'x.db',
      NODE_ENV: 'production',
    });
    for (const name of ['DATABASE_URL', 'SQLITE_PATH', 'API_KEY_SALT', 'MARFA_AUTH_SECRET'])
      expect(output).toContain(`  ${name}: `);
  });

  it('mail that could not leave, or would leave secrets in a log', async () => {
    const faults = async (variables: Record<string, string>) =>
      [...(await failure(variables)).matchAll(/^ {2}([A-Z_]+): /gm)].map(([, name]) => name);
    const production = {
      NODE_ENV: 'production',
      MARFA_OAUTH_REDIRECT_ALLOWLIST: 'https://marfa.example/oauth/callback/google',
    };
    expect(await faults({ MARFA_EMAIL_BACKEND: 'log', ...production })).toEqual(['MARFA_EMAIL_BACKEND']);
    expect(await faults({ MARFA_EMAIL_BACKEND: 'smtp', ...production })).toEqual([
      'MARFA_SMTP_URL',
      'MARFA_EMAIL_FROM',
      'MARFA_AUTH_BASE_URL',
    ]);
    expect(await faults({ MARFA_EMAIL_BACKEND: 'none', MARFA_EMAIL_VERIFICATION: 'required' })).toEqual([
      'MARFA_EMAIL_VERIFICATION',
    ]);
    const odd = { MARFA_EMAIL_FROM: 'a@b.example\r\nBcc: c@d.example', MARFA_SMTP_URL: 'http://x', AUTH_MODE: 'open' };
    expect((await faults(odd)).sort()).toEqual(['AUTH_MODE', 'MARFA_EMAIL_FROM', 'MARFA_SMTP_URL']);
  });

  it('ways back from upstreams that nobody listed, or that are none', async () => {
    const output = await failure({ NODE_ENV: 'production' });
    expect(output).toContain('  MARFA_OAUTH_REDIRECT_ALLOWLIST: needed in production');
    for (const odd of ['https://marfa.example/cb?next=1', 'marfa.example/cb', 'https://marfa.example/cb#x'])
      expect(await failure({ MARFA_OAUTH_REDIRECT_ALLOWLIST: odd })).toContain(
        '  MARFA_OAUTH_REDIRECT_ALLOWLIST: expected addresses',
      );
  });

  it('a list of keys that is none', async () => {
    for (const list of ['a:short,b:short', `a:${'x'.repeat(40)},a:${'y'.repeat(40)}`])
      expect(await failure({ MARFA_AUTH_SECRET: list })).toContain('  MARFA_AUTH_SECRET: ');
  });

  it('a port in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const output = await failure({ ...profile.variables, PORT: String(port) });
    other.close();
    expect(output).toContain(`Port ${port}`);
    expect(output).toContain('PORT=');
  });

  it('a data folder that another server uses', async () => {
    const first = await startServer(profile.variables);
    onTestFinished(async () => void (await first.stop()));
    const output = await failure({ ...profile.variables, PORT: String(await freePort()) });
    expect(output).toContain(profile.dataFolder);
    expect(output).toContain('MARFA_DATA_DIR');
    expect((await createApi(first.url).get('/health')).status).toBe(200);
  });

  it('a data folder that is a file', async () => {
    const file = join(profile.dataFolder, 'file');
    await writeFile(file, 'not a folder');
    for (const MARFA_DATA_DIR of [file, join(file, 'below')]) {
      const output = await failure({ MARFA_DATA_DIR });
      expect(output).toContain(MARFA_DATA_DIR);
      expect(output).toContain('set MARFA_DATA_DIR to another folder');
    }
  });

  it('a database path that is a folder', async () => {
    const path = join(profile.dataFolder, 'marfa.db');
    await mkdir(path);
    expect(await failure(profile.variables)).toContain(path);
  });

  it('a database that is none', async () => {
    const path = join(profile.dataFolder, 'marfa.db');
    await writeFile(path, 'This is no database, but it is long enough to have a header.'.repeat(100));
    const output = await failure(profile.variables);
    expect(output).toContain(path);
    expect(output).toMatch(/backup|MARFA_DATA_DIR/);
  });

  it('a database that lost its end', async () => {
    const server = await startServer(profile.variables);
    const admin = await bootstrap(server.url);
    for (let count = 0; count < 50; count += 1) await anItem(admin, { properties: { body: 'x'.repeat(5000) } });
    expect(await server.stop()).toBe(0);
    const path = join(profile.dataFolder, 'marfa.db');
    const { size } = await stat(path);
    await truncate(path, Math.floor(size / 8192) * 4096);
    const output = await failure(profile.variables);
    expect(output).toMatch(/backup|MARFA_DATA_DIR/);
  });

  it('a secret file that is damaged', async () => {
    const server = await startServer(profile.variables);
    await bootstrap(server.url);
    await server.stop();
    const file = join(profile.dataFolder, 'api-key-salt');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await truncate(file, 5);
    const output = await failure(profile.variables);
    expect(output).toContain(file);
    expect(output).toContain('backup');
  });

  it('a Postgres that is not there, or does not let it in', async () => {
    const port = await freePort();
    const unreachable = await failure({
      ...profile.variables,
      DATABASE_URL: `postgres://marfa:canary@127.0.0.1:${port}/marfa`,
    });
    expect(unreachable).toContain(`127.0.0.1:${port}`);
    expect(unreachable).toContain('DATABASE_URL');
    expect(unreachable).not.toContain('canary');
  });
});

describe.each(DIALECTS)('A server on %s', (dialect) => {
  let profile: Profile;
  let feed: FeedServer;
  let server: TestServer;
  let admin: Api;
  const restart = async (variables: Record<string, string> = {}) => {
    server = await startServer({ ...profile.variables, ...variables, PORT: String(server.port) });
  };
  /** Changes the record behind the server's back. */
  const execute = async (statement: string) => {
    const url = profile.variables.DATABASE_URL;
    if (!url) return new SqliteDatabase(join(profile.dataFolder, 'marfa.db')).exec(statement).close();
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  };

  beforeAll(async () => {
    profile = await createProfile(dialect);
    feed = await startFeedServer();
    server = await startServer(profile.variables);
    admin = await bootstrap(server.url);
  });
  afterAll(async () => {
    await server.stop();
    await feed.close();
    await profile.dispose();
  });

  it('stops at SIGTERM with a connection kept open and a run under way, which goes on at the next start', async () => {
    const held = holdAnswers(feed);
    const { connection_id } = await install(admin, await integrationId(admin, RSS_WATCHER), { feed_url: feed.url });
    const run = await startRun(admin, connection_id);
    await held.asked;
    const idle = connect(server.port, '127.0.0.1');
    await once(idle, 'connect');
    // It ends with 1 when its grace is over, and with 0 when everything has come to an end before.
    expect(await server.stop()).toBe(0);
    idle.destroy();
    held.release([{ id: 'one', title: 'First' }]);
    await restart();
    expect(await runIn(admin, connection_id, run, ENDED)).toMatchObject({ status: 'succeeded', items_created: 1 });
  }, 90_000);

  describe('told to stop while much goes on', () => {
    let runPath: string;
    let answers: Answer[];
    beforeAll(async () => {
      const held = holdAnswers(feed);
      const { connection_id } = await install(admin, await integrationId(admin, RSS_WATCHER), { feed_url: feed.url });
      runPath = `/connections/${connection_id}/runs/${await startRun(admin, connection_id)}`;
      await held.asked;
      const writes = Array.from({ length: 50 }, () => admin.post('/items', { type: 'core.note' }));
      await Promise.any(writes);
      const stopped = server.stop();
      held.release([{ id: 'two', title: 'Second' }]);
      const ends = await Promise.allSettled(writes);
      answers = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
      expect(await stopped).toBe(0);
    }, 90_000);

    it('does not touch a database of a later release meanwhile, and leaves it as it was', async () => {
      await execute("insert into marfa_migrations (name, timestamp) values ('9999-later', '2030-01-01T00:00:00.000Z')");
      const output = await failure({ ...profile.variables, PORT: String(server.port) });
      expect(output).toContain('9999-later');
      expect(output).toContain('Start that release');
      await execute("delete from marfa_migrations where name = '9999-later'");
      await restart();
    });

    it('lets a run whose end is near come to it', async () => {
      const run = (await admin.get(runPath)).body;
      expect(run).toMatchObject({ status: 'succeeded', attempt: 1, items_created: 1 });
    });

    it('answers what it has begun, and keeps it', async () => {
      expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 201));
      for (const { body } of answers) expect((await admin.get(`/items/${body.item.id}`)).status).toBe(200);
    });
  });

  it('lives without the connectors that it cannot load, and says which', async () => {
    const broken = [
      await writeConnector('async () => ({ ok: true })', { head: "throw new Error('no harbour');" }),
      await writeConnector('async () => ({ ok: true })', { changes: { version: 'first', colour: 'blue' } }),
    ];
    const names = [...broken.map((connector) => connector.path), 'no-such-connector', profile.dataFolder];
    await server.stop();
    await restart({ MARFA_CONNECTORS: [...names, '@withmarfa/connector-rss-watcher'].join(','), LOG_LEVEL: 'error' });
    for (const name of names) expect(server.output()).toContain(name);
    expect(await integrationId(admin, RSS_WATCHER)).toBeTypeOf('string');
    for (const { integrationName } of broken)
      expect((await admin.get(`/integrations?manifest_name=${integrationName}`)).body.data).toEqual([]);
    for (const connector of broken) await connector.dispose();
  });
});
