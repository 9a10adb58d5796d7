import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEnvironment } from '../src/env.ts';
import { openDatabase } from '../src/platform/database/open-database.ts';
import { createLogger } from '../src/platform/logger.ts';
import { type Api, bootstrap } from './support/api.ts';
import { type FeedServer, startFeedServer } from './support/feed-server.ts';
import { createProfile, DIALECTS, type Profile } from './support/profiles.ts';
import { startServer, type TestServer, waitFor } from './support/start-server.ts';

const HOUR_MS = 3_600_000;

interface Run {
  id: string;
  trigger: string;
  status: string;
}

describe.each(DIALECTS)('the schedule of a Connection on %s', (dialect) => {
  let profile: Profile;
  let server: TestServer;
  let feed: FeedServer;
  let admin: Api;
  let connectionId: string;
  beforeAll(async () => {
    profile = await createProfile(dialect);
    server = await startServer(profile.variables);
    feed = await startFeedServer();
    feed.publish([{ id: 'one', title: 'First' }]);
    admin = await bootstrap(server.url);
    const { body } = await admin.get('/integrations?manifest_name=withmarfa.rss-watcher');
    const installed = await admin.post('/connections/install', {
      integration_id: body.data[0].id,
      configuration: { feed_url: `${feed.url}/feed.xml` },
    });
    connectionId = installed.body.connection_id;
  });
  afterAll(async () => {
    await server.stop();
    await feed.close();
    await profile.dispose();
  });

  const properties = async () => (await admin.get(`/items/${connectionId}`)).body.item.properties;
  const runs = async (): Promise<Run[]> => (await admin.get(`/connections/${connectionId}/runs`)).body.data;
  const ended = async (run: Run | undefined) => (run && !['queued', 'running'].includes(run.status) ? run : null);

  it('is armed by the install, at a tick of the manifest within its hour', async () => {
    const { next_run_at } = await properties();
    const untilNext = Date.parse(next_run_at) - Date.now();
    expect(untilNext).toBeGreaterThan(0);
    expect(untilNext).toBeLessThanOrEqual(HOUR_MS + 60_000);
    expect(Date.parse(next_run_at) % HOUR_MS).toBeLessThan(60_000);
    expect(await runs()).toEqual([]);
  });

  it('makes up for the ticks that were missed while the server was down, once', async () => {
    await server.stop();
    const database = await openDatabase(
      readEnvironment(profile.variables, profile.dataFolder).database,
      createLogger('silent'),
    );
    const threeHoursAgo = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 3 * HOUR_MS;
    await database.write((transaction) =>
      transaction
        .updateTable('connections')
        .set({ tick_at_ms: threeHoursAgo, due_at_ms: threeHoursAgo })
        .where('id', '=', connectionId)
        .execute(),
    );
    await database.close();

    server = await startServer({ ...profile.variables, PORT: String(server.port) });
    await waitFor(async () => ended((await runs())[0]));
    expect(await runs()).toMatchObject([{ trigger: 'schedule', status: 'succeeded' }]);
    expect(Date.parse((await properties()).next_run_at)).toBeGreaterThan(Date.now());
    expect((await admin.get('/items?type=core.bookmark')).body.data).toHaveLength(1);
  });

  it('stops when the feed is gone for good, with one row that asks for the person', async () => {
    feed.answerWith((_request, response) => response.writeHead(410).end());
    const { body } = await admin.post(`/connections/${connectionId}/run`);
    await waitFor(async () => ended((await runs()).find((run) => run.id === body.run_id)));
    const connection = await properties();
    expect(connection.next_run_at).toBeUndefined();
    expect(connection.runtime_status).toBe('failing');
    const activity = (await admin.get('/items?type=system.activity')).body.data;
    const asking = activity.filter(
      (row: { properties: { severity: string } }) => row.properties.severity === 'action_required',
    );
    expect(asking).toHaveLength(1);
    expect(asking[0].properties.summary).toContain('410');
  });

  it('starts again with a run by hand that succeeds', async () => {
    feed.publish([{ id: 'two', title: 'Back again' }]);
    const { body } = await admin.post(`/connections/${connectionId}/run`);
    await waitFor(async () => ended((await runs()).find((run) => run.id === body.run_id)));
    const connection = await properties();
    expect(Date.parse(connection.next_run_at)).toBeGreaterThan(Date.now());
    expect(connection.runtime_status).toBe('healthy');
  });
});
