import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Api } from './support/api.ts';
import { connectorProcesses } from './support/connector-processes.ts';
import { describeServer } from './support/describe-server.ts';
import { type FeedServer, startFeedServer } from './support/feed-server.ts';
import { holdAnswers } from './support/hold-answers.ts';
import { allRows, ENDED, install, integrationId, runIn, runOnce, startRun } from './support/integrations.ts';
import { aSpace } from './support/spaces.ts';
import { writeConnector } from './support/write-connector.ts';

const RUN_TIMEOUT_SECONDS = 3;
const SALT = 'canary-salt-0123456789abcdef';
const AUTH_SECRET = 'canary-secret-0123456789abcdef0123456789';

const BEHAVIOURS = `{
  works: async () => ({ ok: true }),
  takes_most_of_its_time: () => new Promise((resolve) => setTimeout(() => resolve({ ok: true }), 1300)),
  exits: () => process.exit(3),
  throws: async () => { throw new Error('the tide is out'); },
  throws_unawaited: () => new Promise(() => setTimeout(() => { throw new Error('the anchor is lost'); })),
  never_answers: () => new Promise(() => {}),
  spins: () => { for (;;); },
  eats_memory: () => { const eaten = []; for (;;) eaten.push(new Array(100_000).fill(eaten.length)); },
  answers_nonsense: async () => 'fine',
  gives_up: async () => ({ ok: false, retry: false, reason: 'the harbour is closed' }),
  fails_after_writing: async (ctx) => {
    await ctx.cursor.write('tide', 'high');
    await ctx.marfa.createItem({ type: 'core.bookmark', source_id: 'one', properties: { url: 'https://example.test' } });
    return { ok: false, retry: true, reason: 'the tide has turned' };
  },
  tells_its_environment: async (ctx) => {
    const properties = { url: 'https://example.test', body: JSON.stringify(process.env) };
    await ctx.marfa.createItem({ type: 'core.bookmark', source_id: 'environment', properties });
    return { ok: true };
  },
}`;

const faulty = await writeConnector('(ctx) => behaviours[ctx.configuration.mode](ctx)', {
  head: `const behaviours = ${BEHAVIOURS};`,
});
const sinking = await writeConnector('async () => ({ ok: true })', {
  head: `import { existsSync } from 'node:fs';
if (existsSync(new URL('./sunk', import.meta.url))) throw new Error('no harbour');`,
});
const asking = await writeConnector(
  'async (ctx) => { await (await ctx.fetch(ctx.configuration.mode)).text(); return { ok: true }; }',
);
afterAll(async () => {
  for (const connector of [faulty, sinking, asking]) await connector.dispose();
});

describeServer(
  'A connector',
  (under) => {
    let feed: FeedServer;
    beforeAll(async () => {
      feed = await startFeedServer();
    });
    afterAll(() => feed.close());

    async function aConnection(mode: string, connector = faulty, api?: Api) {
      const space = api ?? (await aSpace(under.admin)).api;
      const { connection_id } = await install(space, await integrationId(space, connector.integrationName), { mode });
      return { api: space, connection_id };
    }

    /** Runs it until its first attempt is over, and ends it so that it takes no worker from other tests. */
    async function firstAttempt(mode: string, connector = faulty) {
      const { api, connection_id } = await aConnection(mode, connector);
      const run = await runIn(api, connection_id, await startRun(api, connection_id), [...ENDED, 'retrying']);
      const connection = (await api.get(`/items/${connection_id}`)).body.item.properties;
      const activity = (await allRows(api, '/items?type=system.activity')).map((row) => row.properties);
      await api.post(`/connections/${connection_id}/uninstall`);
      return { run, connection, activity, api };
    }

    describe.each([
      ['exits', /ended with code 3/],
      ['throws', /the tide is out/],
      ['throws_unawaited', /ended with code 1/],
      ['never_answers', /deadline|did not end/],
      ['spins', /deadline|did not end|SIGKILL/],
      ['eats_memory', /64 MB/],
    ])('that %s', (mode, told) => {
      it('costs its run, which will be tried again, and nothing else', async () => {
        const { run, connection, activity } = await firstAttempt(mode);
        expect(run).toMatchObject({ status: 'retrying', attempt: 1, finished_at: null, items_created: 0 });
        expect(run.error).toMatch(told);
        expect(connection.runtime_status).toBe('degraded');
        expect(activity.map((row) => row.detail.kind)).toEqual(['install']);
        expect((await under.admin.get('/health')).body).toEqual({ status: 'ok' });
      });
    });

    it('that works is not disturbed by what others of its kind did', async () => {
      const { api, connection_id } = await aConnection('works');
      expect(await runOnce(api, connection_id)).toMatchObject({ status: 'succeeded' });
    });

    it('that answers nonsense has failed', async () => {
      const { run } = await firstAttempt('answers_nonsense');
      expect(['retrying', 'dead']).toContain(run.status);
      expect(run.error).toBeTypeOf('string');
    });

    it('that does not start any more fails its run with a reason', async () => {
      const leak = join(sinking.path, 'sunk');
      await writeFile(leak, '');
      const { run } = await firstAttempt('works', sinking);
      await rm(leak);
      expect(run).toMatchObject({ status: 'retrying', attempt: 1 });
      expect(run.error).toMatch(/ended with code 1/);
    });

    it('that gives up is not tried again, and a person is asked', async () => {
      const { run, activity } = await firstAttempt('gives_up');
      expect(run).toMatchObject({ status: 'dead', attempt: 1, error: 'the harbour is closed' });
      expect(activity.filter((row) => row.severity === 'action_required')).toMatchObject([
        { detail: { kind: 'run_failed', run_id: run.id } },
      ]);
    });

    it('that fails after it wrote keeps its items, and its cursor stays where it was', async () => {
      const { run, api } = await firstAttempt('fails_after_writing');
      expect(run).toMatchObject({ status: 'retrying', items_created: 1 });
      expect(await allRows(api, '/items?type=core.bookmark')).toHaveLength(1);
    });

    it('whose process is killed is run again, and the server lives on', async () => {
      const held = holdAnswers(feed);
      const { api, connection_id } = await aConnection(feed.url, asking);
      const runId = await startRun(api, connection_id);
      await held.asked;
      const [pid] = await connectorProcesses(asking);
      if (pid === undefined) throw new Error('the connector does not run');
      process.kill(pid, 'SIGKILL');
      const cut = await runIn(api, connection_id, runId, ['retrying']);
      expect(cut.error).toMatch(/SIGKILL/);
      held.release([]);
      const run = await runIn(api, connection_id, runId, ENDED);
      expect(run.status).toBe('succeeded');
      expect(run.attempt).toBeGreaterThan(1);
      expect(run.error).toBeUndefined();
      expect((await api.get(`/connections/${connection_id}/runs`)).body.data).toHaveLength(1);
    });

    it('is given its whole time for each run, however long the run had to wait for a process', async () => {
      const warm = await aConnection('works');
      await runOnce(warm.api, warm.connection_id);
      const connections = [];
      for (let count = 0; count < 3; count += 1) connections.push(await aConnection('takes_most_of_its_time'));
      const runs = await Promise.all(connections.map(({ api, connection_id }) => runOnce(api, connection_id)));
      expect(runs.map(({ status, attempt }) => [status, attempt])).toEqual(Array(3).fill(['succeeded', 1]));
    });

    it('has no secret of the server in its environment', async () => {
      const { api, connection_id } = await aConnection('tells_its_environment');
      await runOnce(api, connection_id);
      const [bookmark] = await allRows(api, '/items?type=core.bookmark');
      const environment: Record<string, string> = JSON.parse(bookmark.properties.body);
      expect(environment.PATH).toBeTypeOf('string');
      const names = Object.keys(environment).filter((name) => !/^NODE_|^ESBUILD_|^TSX_/.test(name));
      for (const name of names) expect(['PATH', 'TZ', 'LANG', 'LC_ALL', 'MARFA_OUTBOUND_ALLOW']).toContain(name);
      expect(bookmark.properties.body).not.toMatch(/canary|postgres:/);
    });
  },
  {
    MARFA_CONNECTORS: [faulty, sinking, asking].map((connector) => connector.path).join(','),
    MARFA_RUN_TIMEOUT_SECONDS: String(RUN_TIMEOUT_SECONDS),
    MARFA_RUNTIME_WORKERS: '1',
    API_KEY_SALT: SALT,
    MARFA_AUTH_SECRET: AUTH_SECRET,
  },
);
