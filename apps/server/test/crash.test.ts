import { EventEmitter, once } from 'node:events';
import process from 'node:process';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, bootstrap, createApi } from './support/api.ts';
import { type FeedServer, startFeedServer } from './support/feed-server.ts';
import { holdAnswers } from './support/hold-answers.ts';
import { allRows, ENDED, install, integrationId, RSS_WATCHER, runIn, startRun } from './support/integrations.ts';
import { createProfile, DIALECTS, type Dialect, type Profile } from './support/profiles.ts';
import { aSpace } from './support/spaces.ts';
import { startServer, type TestServer } from './support/start-server.ts';
import { writeConnector } from './support/write-connector.ts';

/** On Postgres the runs of a dead server are taken up when its lease has run out, by the sweep after that. */
const TAKEN_UP_WITHIN_MS: Record<Dialect, number> = { sqlite: 30_000, postgres: 90_000 };
const ROUNDS = 3;
const WRITERS = 200;
const BULK = 100;
const SEED = Number(process.env.MARFA_TEST_SEED ?? Date.now() % 1_000_000);

/** Writes three bookmarks, asks a server that may hold its answer, and remembers that it was there. */
const writesThenAsks = await writeConnector(
  `async (ctx) => {
    const visits = (await ctx.cursor.read('visits')) ?? 0;
    for (const source_id of ['a', 'b', 'c'])
      await ctx.marfa.createItem({ type: 'core.bookmark', source_id, properties: { url: 'https://example.test/' + source_id } });
    await ctx.activity.emit({ severity: 'info', summary: 'visit ' + visits });
    await (await ctx.fetch(ctx.configuration.mode)).text();
    await ctx.cursor.write('visits', visits + 1);
    return { ok: true };
  }`,
);
afterAll(() => writesThenAsks.dispose());

describe.each(DIALECTS)('A server killed in the middle of its work, on %s', (dialect) => {
  let profile: Profile;
  let server: TestServer;
  let feed: FeedServer;
  let admin: Api;
  let key: string;

  const start = (variables: Record<string, string> = {}) =>
    startServer({
      ...profile.variables,
      MARFA_CONNECTORS: `${writesThenAsks.path},@withmarfa/connector-rss-watcher`,
      ...variables,
    });
  async function killAndRestart() {
    await server.kill();
    server = await start({ PORT: String(server.port) });
  }

  beforeAll(async () => {
    profile = await createProfile(dialect);
    feed = await startFeedServer();
    server = await start();
    admin = await bootstrap(server.url);
    const space = await aSpace(admin);
    key = space.key;
  });
  afterAll(async () => {
    await server.stop();
    await feed.close();
    await profile.dispose();
  });

  describe('while two runs are under way', () => {
    /** A space with a Connection whose run waits for a publisher, and another run behind it. */
    async function aHeldRun(publisher: FeedServer, integrationName: string, setting: string) {
      const { api } = await aSpace(admin);
      const held = holdAnswers(publisher);
      const integration = await integrationId(api, integrationName);
      const { connection_id } = await install(api, integration, { [setting]: publisher.url });
      const running = await startRun(api, connection_id);
      await held.asked;
      const waiting = await startRun(api, connection_id);
      const ended = (runId: string) => runIn(api, connection_id, runId, ENDED, TAKEN_UP_WITHIN_MS[dialect]);
      const bookmarks = () => allRows(api, '/items?type=core.bookmark');
      return { api, connection_id, held, running, waiting, ended, bookmarks };
    }
    let other: FeedServer;
    let asked: Awaited<ReturnType<typeof aHeldRun>>;
    let written: Awaited<ReturnType<typeof aHeldRun>>;
    let writtenBefore: unknown[];
    beforeAll(async () => {
      other = await startFeedServer();
      asked = await aHeldRun(feed, RSS_WATCHER, 'feed_url');
      written = await aHeldRun(other, writesThenAsks.integrationName, 'mode');
      writtenBefore = await written.bookmarks();
      await killAndRestart();
      asked.held.release(Array.from({ length: 20 }, (_, index) => ({ id: `entry-${index}`, title: `Entry ${index}` })));
      written.held.release([]);
    });
    afterAll(() => other.close());

    it('takes them up again, ends each once, and goes on with those that waited', async () => {
      const { api, connection_id, running, waiting, ended, bookmarks } = asked;
      expect(await ended(running)).toMatchObject({ status: 'succeeded', attempt: 2, items_created: 20 });
      expect(await ended(waiting)).toMatchObject({ status: 'succeeded', attempt: 1, items_created: 0 });
      expect((await api.get(`/connections/${connection_id}/runs`)).body.data).toHaveLength(2);
      const items = await bookmarks();
      expect(items).toHaveLength(20);
      expect(new Set(items.map((item) => item.source_id)).size).toBe(20);
      const activity = await allRows(api, '/items?type=system.activity');
      expect(activity.map((row) => row.properties.detail.kind).sort()).toEqual(['install', 'run_succeeded']);
    }, 120_000);

    it('repeats one whose items were written already without doubling an item', async () => {
      const { api, running, waiting, ended, bookmarks } = written;
      expect(writtenBefore).toHaveLength(3);
      expect(await ended(running)).toMatchObject({ status: 'succeeded', attempt: 2 });
      expect(await ended(waiting)).toMatchObject({ status: 'succeeded', attempt: 1 });
      expect(await bookmarks()).toEqual(writtenBefore);
      const summaries = (await allRows(api, '/items?type=system.activity')).map((row) => row.properties.summary);
      // The cursor is saved with the end of a run alone: the repetition began where the first attempt had begun.
      const visits = summaries.filter((summary) => summary.startsWith('visit'));
      expect(visits.toSorted()).toEqual(['visit 0', 'visit 0', 'visit 1']);
    }, 120_000);
  });

  const moments = fc.sample(fc.integer({ min: 1, max: WRITERS - 1 }), { seed: SEED, numRuns: ROUNDS });
  it(`has everything that it answered with 201, and nothing twice (seed ${SEED})`, async () => {
    for (const [round, moment] of moments.entries()) {
      const api = createApi(server.url, key);
      const inputOf = (index: number) => ({
        type: 'core.note',
        source_id: `${round}-${index}`,
        properties: { title: `Note ${round}-${index}` },
        tags: [`round-${round}`],
      });
      const answered = new Map<string, string>();
      const progress = new EventEmitter();
      const reached = once(progress, 'reached');
      const writes = Array.from({ length: WRITERS }, async (_, index) => {
        const { status, body } = await api.post('/items', inputOf(index));
        if (status === 201) answered.set(body.item.id, `${round}-${index}`);
        if (answered.size >= moment) progress.emit('reached');
      });
      const bulk = api.post('/items/bulk', {
        mode: 'upsert',
        items: Array.from({ length: BULK }, (_, index) => ({
          type: 'core.task',
          source_id: `bulk-${round}-${index}`,
          properties: { title: 'Part of a whole' },
        })),
      });
      const all = Promise.allSettled([bulk, ...writes]);
      await reached;
      await killAndRestart();
      const [bulkEnd] = await all;

      const notes = await allRows(api, `/items?type=core.note&tags=round-${round}`);
      const kept = new Map<string, string>(notes.map((item) => [item.id, item.source_id]));
      for (const [id, source_id] of answered) expect(kept.get(id)).toBe(source_id);
      expect(new Set(kept.values()).size).toBe(notes.length);
      const tasks = (await allRows(api, '/items?type=core.task')).filter((item) =>
        item.source_id.startsWith(`bulk-${round}-`),
      );
      expect(bulkEnd.status === 'fulfilled' ? [BULK] : [0, BULK]).toContain(tasks.length);

      const again = await Promise.all(
        Array.from({ length: WRITERS }, (_, index) => api.post('/items', inputOf(index))),
      );
      expect(again.filter((answer) => answer.status === 200)).toHaveLength(notes.length);
      expect(await allRows(api, `/items?type=core.note&tags=round-${round}`)).toHaveLength(WRITERS);
    }
  }, 120_000);
});
