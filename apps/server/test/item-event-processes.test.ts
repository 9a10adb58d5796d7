import { afterAll, describe, expect, it } from 'vitest';
import { type Api, bootstrap, createApi } from './support/api.ts';
import { allRows, install, integrationId } from './support/integrations.ts';
import { createProfile, DIALECTS } from './support/profiles.ts';
import { anItem, aSpace } from './support/spaces.ts';
import { startServer, waitFor } from './support/start-server.ts';
import { writeConnector } from './support/write-connector.ts';

/** Makes a task of every note. */
const keeper = await writeConnector('async () => ({ ok: true })', {
  changes: {
    direction: 'both',
    target_types: ['core.note', 'core.task'],
    triggers: [{ type: 'manual' }, { type: 'item-event' }],
  },
  itemEvent: `async (ctx, { item_id }) => {
    await ctx.marfa.createItem({ type: 'core.task', source_id: item_id, properties: { title: item_id } });
    return { ok: true };
  }`,
});
afterAll(() => keeper.dispose());

/** Waits until there is a task for every note. @returns the notes, the titles of the tasks, and the runs. */
async function settled(api: Api, connectionId: string) {
  const notes = await allRows(api, '/items?type=core.note');
  const tasks = await waitFor(async () => {
    const rows = await allRows(api, '/items?type=core.task');
    return rows.length >= notes.length ? rows : null;
  }, 80_000);
  const runs = await waitFor(async () => {
    const rows = await allRows(api, `/connections/${connectionId}/runs`);
    return rows.every(({ status }) => status === 'succeeded') ? rows : null;
  }, 80_000);
  return {
    notes: notes.map(({ id }) => id).sort(),
    tasks: tasks.map(({ properties }) => properties.title).sort(),
    runs,
  };
}

describe.each(DIALECTS)('Item events on %s', (dialect) => {
  it('are neither lost nor doubled, whenever the server dies', async () => {
    const profile = await createProfile(dialect);
    try {
      const variables = { ...profile.variables, MARFA_CONNECTORS: keeper.path };
      let server = await startServer(variables);
      const { api, key } = await aSpace(await bootstrap(server.url));
      const { connection_id } = await install(api, await integrationId(api, keeper.integrationName));
      const made = new Set<string>();
      for (let round = 0; round < 2; round += 1) {
        const current = createApi(server.url, key);
        const writing = Promise.allSettled(
          Array.from({ length: 40 }, async () => made.add((await anItem(current)).id)),
        );
        await waitFor(() => made.size >= 10 + round * 30);
        await server.kill();
        await writing;
        server = await startServer(variables);
      }
      const { notes, tasks, runs } = await settled(createApi(server.url, key), connection_id);
      expect(notes).toEqual(expect.arrayContaining([...made]) as unknown);
      expect(tasks).toEqual(notes);
      expect(runs).toHaveLength(notes.length);
      expect(await server.stop()).toBe(0);
    } finally {
      await profile.dispose();
    }
  }, 120_000);
});

describe.runIf(DIALECTS.includes('postgres'))('Two servers on one Postgres', () => {
  it('tell a Connection of each item once between them', async () => {
    const profile = await createProfile('postgres');
    const variables = {
      ...profile.variables,
      API_KEY_SALT: 'a salt of sixteen',
      MARFA_AUTH_SECRET: 'a secret of thirty-two characters',
      MARFA_CONNECTORS: keeper.path,
    };
    const servers = await Promise.all([startServer(variables), startServer(variables)]);
    try {
      const { api, key } = await aSpace(await bootstrap(servers[0].url));
      const apis = servers.map((server) => createApi(server.url, key));
      const { connection_id } = await install(api, await integrationId(api, keeper.integrationName));
      await Promise.all(Array.from({ length: 60 }, (_, index) => anItem(apis[index % 2] as Api)));
      const { notes, tasks, runs } = await settled(api, connection_id);
      expect(notes).toHaveLength(60);
      expect(tasks).toEqual(notes);
      expect(runs).toHaveLength(60);
    } finally {
      await Promise.all(servers.map((server) => server.stop()));
      await profile.dispose();
    }
  }, 120_000);
});
