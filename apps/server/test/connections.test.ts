import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeServer } from './support/describe-server.ts';
import { type FeedServer, startFeedServer } from './support/feed-server.ts';
import { holdAnswers } from './support/hold-answers.ts';
import {
  allRows,
  anIntegration,
  ENDED,
  install,
  integrationId,
  RSS_WATCHER,
  runIn,
  runOnce,
  startRun,
} from './support/integrations.ts';
import { refusal } from './support/refusal.ts';
import { aKey, aSpace, created } from './support/spaces.ts';

describeServer('A Connection', (under) => {
  let feed: FeedServer;
  let rss: string;
  beforeAll(async () => {
    feed = await startFeedServer();
    feed.publish([{ id: 'one', title: 'First' }]);
    rss = await integrationId(under.admin, RSS_WATCHER);
  });
  afterAll(() => feed.close());

  /** A space with a Connection to a feed of its own. */
  async function aWatchedFeed() {
    const space = await aSpace(under.admin);
    const installed = await install(space.api, rss, { feed_url: feed.url });
    const bookmarks = () => allRows(space.api, '/items?type=core.bookmark&sort=created_at&direction=asc');
    return { ...space, ...installed, bookmarks };
  }

  describe('that polls a feed', () => {
    it('fills the space, and its run record says so', async () => {
      feed.publish([
        { id: 'one', title: 'First' },
        { id: 'two', title: 'Second' },
      ]);
      const { api, connection_id, bookmarks } = await aWatchedFeed();
      const run = await runOnce(api, connection_id);
      expect(run).toMatchObject({
        connection_id,
        trigger: 'manual',
        status: 'succeeded',
        attempt: 1,
        items_created: 2,
        items_updated: 0,
      });
      expect(run.error).toBeUndefined();
      expect(Date.parse(run.finished_at)).toBeGreaterThanOrEqual(Date.parse(run.started_at));
      const items = await bookmarks();
      expect(items.map((item) => [item.source_id, item.properties.title, item.tier, item.source]).sort()).toEqual([
        ['one', 'First', 'feed', RSS_WATCHER],
        ['two', 'Second', 'feed', RSS_WATCHER],
      ]);
      const { body } = await api.get(`/items/${connection_id}`);
      expect(body.item.properties).toMatchObject({ runtime_status: 'healthy' });
      expect(Date.parse(body.item.properties.last_sync_at)).toBe(Date.parse(run.finished_at));
      const activity = await allRows(api, '/items?type=system.activity');
      expect(activity.map((row) => row.properties.detail.kind).sort()).toEqual(['install', 'run_succeeded']);
    });

    it('creates nothing at the second poll, and asks with the validators of the first', async () => {
      feed.publish([{ id: 'one', title: 'First' }]);
      const { api, connection_id, bookmarks } = await aWatchedFeed();
      await runOnce(api, connection_id);
      const before = await bookmarks();
      const run = await runOnce(api, connection_id);
      expect(run).toMatchObject({ status: 'succeeded', items_created: 0, items_updated: 0 });
      expect(await bookmarks()).toEqual(before);
      expect(feed.requests.at(-1)?.headers['if-none-match']).toBeTypeOf('string');
    });

    it('updates an entry that the publisher edited, and adds none', async () => {
      feed.publish([
        { id: 'one', title: 'Frist' },
        { id: 'two', title: 'Second' },
      ]);
      const { api, connection_id, bookmarks } = await aWatchedFeed();
      await runOnce(api, connection_id);
      const before = await bookmarks();
      feed.publish([
        { id: 'one', title: 'First' },
        { id: 'two', title: 'Second' },
      ]);
      const run = await runOnce(api, connection_id);
      expect(run).toMatchObject({ status: 'succeeded', items_created: 0, items_updated: 1 });
      const after = await bookmarks();
      expect(after.map((item) => item.id)).toEqual(before.map((item) => item.id));
      const versions = after.map((item) => [item.source_id, item.version, item.properties.title]).sort();
      expect(versions).toEqual([
        ['one', 2, 'First'],
        ['two', 1, 'Second'],
      ]);
    });

    it('shows its runs newest first, page by page', async () => {
      feed.publish([]);
      const { api, connection_id } = await aWatchedFeed();
      const ids = [];
      for (let count = 0; count < 3; count += 1) ids.unshift((await runOnce(api, connection_id)).id);
      const first = await api.get(`/connections/${connection_id}/runs?limit=2`);
      expect(first.body.data.map((run: { id: string }) => run.id)).toEqual(ids.slice(0, 2));
      expect(first.body.has_more).toBe(true);
      const second = await api.get(`/connections/${connection_id}/runs?limit=2&cursor=${first.body.cursor}`);
      expect(second.body.data.map((run: { id: string }) => run.id)).toEqual(ids.slice(2));
      expect(second.body).toMatchObject({ has_more: false, cursor: null });
    });

    it('asks a person when its feed cannot work, and gets well with the next good poll', async () => {
      feed.answerWith((_request, response) => response.writeHead(404).end());
      const { api, connection_id } = await aWatchedFeed();
      const run = await runOnce(api, connection_id);
      expect(run).toMatchObject({ status: 'dead', attempt: 1 });
      expect(run.error).toContain('404');
      const ill = (await api.get(`/items/${connection_id}`)).body.item.properties;
      expect(ill.runtime_status).toBe('degraded');
      expect(ill.last_error_at).toBeTypeOf('string');
      const activity = await allRows(api, '/items?type=system.activity');
      expect(activity.filter((row) => row.properties.severity === 'action_required')).toHaveLength(1);

      feed.publish([{ id: 'one', title: 'First' }]);
      expect(await runOnce(api, connection_id)).toMatchObject({ status: 'succeeded' });
      const well = (await api.get(`/items/${connection_id}`)).body.item.properties;
      expect(well.runtime_status).toBe('healthy');
      expect(well.last_error_at).toBeUndefined();
    });
  });

  describe('that is run by hand', () => {
    it('needs the manual trigger in its manifest', async () => {
      const { api } = await aSpace(under.admin);
      const integration = await anIntegration(under.admin, {
        triggers: [{ type: 'schedule', config: { cron: '0 0 1 1 *' } }],
      });
      const { connection_id } = await install(api, integration);
      const answer = await api.post(`/connections/${connection_id}/run`);
      expect(refusal(answer)).toEqual({ status: 400, code: 'validation_error' });
      expect(answer.body.error.message).toContain('manual');
    });

    it('needs a runtime that has the connector', async () => {
      const { api } = await aSpace(under.admin);
      const { connection_id } = await install(api, await anIntegration(under.admin));
      const answer = await api.post(`/connections/${connection_id}/run`);
      expect(refusal(answer)).toEqual({ status: 503, code: 'runtime_not_available' });
      expect((await api.get(`/connections/${connection_id}/runs`)).body.data).toEqual([]);
    });

    it('is for those who run the space', async () => {
      const { api } = await aSpace(under.admin);
      const { connection_id } = await install(api, await anIntegration(under.admin));
      const member = await aKey(api, { type_permissions: { 'system.connection': 'write' } });
      expect(refusal(await member.api.post(`/connections/${connection_id}/run`))).toMatchObject({ status: 403 });
      expect(refusal(await member.api.get(`/connections/${connection_id}/runs`))).toMatchObject({ status: 403 });
      expect(refusal(await member.api.post(`/connections/${connection_id}/uninstall`))).toMatchObject({ status: 403 });
    });
  });

  describe('that is uninstalled', () => {
    const mint = async (connection_id: string) =>
      created(await under.admin.post('/system/runtime-credentials', { connection_id, label: 'Runtime', source: 'r' }))
        .api_key as string;

    it('reports what ended, and keeps the items that it brought', async () => {
      const { api, connection_id, credential_id, bookmarks } = await aWatchedFeed();
      await runOnce(api, connection_id);
      const answer = await api.post(`/connections/${connection_id}/uninstall`);
      expect(answer.status).toBe(200);
      const { activity_id, ...report } = answer.body;
      expect(report).toEqual({
        connection_id,
        revoked_credential_ids: [credential_id],
        oauth_tokens_deleted: 0,
        leased_tokens_revoked: 0,
        inbound_webhooks_disabled: 0,
      });
      const connection = (await api.get(`/items/${connection_id}`)).body.item;
      expect(connection).toMatchObject({ state: 'revoked', properties: { status: 'revoked' } });
      expect(connection.properties.next_run_at).toBeUndefined();
      expect((await api.get(`/items/${credential_id}`)).body.item.state).toBe('revoked');
      expect((await api.get(`/items/${activity_id}`)).body.item.properties).toMatchObject({
        connection_id,
        detail: { kind: 'uninstall' },
      });
      expect(await allRows(api, '/audit?action=connection.uninstall')).toMatchObject([{ resource_id: connection_id }]);
      expect(await bookmarks()).toHaveLength(1);
    });

    it('takes its credentials with it at once', async () => {
      const { api, connection_id } = await aWatchedFeed();
      const runtime = api.as(await mint(connection_id));
      expect((await runtime.get('/items')).status).toBe(200);
      await api.post(`/connections/${connection_id}/uninstall`);
      expect(refusal(await runtime.get('/items'))).toEqual({ status: 401, code: 'unauthorized' });
    });

    it('cannot be uninstalled again, run, or given a credential', async () => {
      const { api, connection_id } = await aWatchedFeed();
      await api.post(`/connections/${connection_id}/uninstall`);
      const again = await api.post(`/connections/${connection_id}/uninstall`);
      expect(refusal(again)).toEqual({ status: 400, code: 'validation_error' });
      expect(refusal(await api.post(`/connections/${connection_id}/run`))).toEqual({
        status: 400,
        code: 'validation_error',
      });
      const minted = await under.admin.post('/system/runtime-credentials', { connection_id, label: 'R', source: 'r' });
      expect(refusal(minted)).toEqual({ status: 403, code: 'forbidden' });
      expect((await api.get(`/connections/${connection_id}/runs`)).status).toBe(200);
    });

    it('by many at the same moment is ended once', async () => {
      const { api, connection_id } = await aWatchedFeed();
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => api.post(`/connections/${connection_id}/uninstall`)),
      );
      expect(answers.map((answer) => answer.status).sort()).toEqual([200, 400, 400, 400, 400, 400, 400, 400]);
      const activity = await allRows(api, '/items?type=system.activity');
      expect(activity.filter((row) => row.properties.detail.kind === 'uninstall')).toHaveLength(1);
      expect(await allRows(api, '/audit?action=connection.uninstall')).toHaveLength(1);
    });

    it('leaves waiting runs skipped, and the one under way without effect', async () => {
      const { api, connection_id, bookmarks } = await aWatchedFeed();
      const held = holdAnswers(feed);
      const running = await startRun(api, connection_id);
      await held.asked;
      const waiting = [await startRun(api, connection_id), await startRun(api, connection_id)];
      expect((await api.post(`/connections/${connection_id}/uninstall`)).status).toBe(200);
      for (const id of waiting) {
        const run = await runIn(api, connection_id, id, ENDED);
        expect(run).toMatchObject({ status: 'skipped', attempt: 0 });
        expect(run.error).toContain('uninstalled');
      }
      held.release([{ id: 'late', title: 'Late' }]);
      const ended = await runIn(api, connection_id, running, ENDED);
      expect(ended).toMatchObject({ items_created: 0 });
      expect(await bookmarks()).toEqual([]);
    });

    it('can be installed again, and finds its own items instead of doubling them', async () => {
      feed.publish([{ id: 'one', title: 'First' }]);
      const { api, connection_id, bookmarks } = await aWatchedFeed();
      await runOnce(api, connection_id);
      await api.post(`/connections/${connection_id}/uninstall`);
      const again = await install(api, rss, { feed_url: feed.url });
      const run = await runOnce(api, again.connection_id);
      expect(run).toMatchObject({ status: 'succeeded', items_created: 0 });
      expect(await bookmarks()).toHaveLength(1);
    });
  });
});
