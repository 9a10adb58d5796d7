import pg from 'pg';
import { expect, it } from 'vitest';
import { describeServer } from './support/describe-server.ts';
import { anIntegration, install, integrationId, RSS_WATCHER } from './support/integrations.ts';
import { anItem, aSpace } from './support/spaces.ts';

const ROUNDS = 10;

describeServer('What happens at the same moment', (under) => {
  it('leaves no runtime credential alive when it is minted beside an uninstall', async () => {
    const { api } = await aSpace(under.admin);
    const integration = await anIntegration(under.admin);
    for (let round = 0; round < ROUNDS; round += 1) {
      const { connection_id } = await install(api, integration);
      const mint = () =>
        under.admin.post('/system/runtime-credentials', { connection_id, label: 'r', source: `round-${round}` });
      const [, ...minted] = await Promise.all([
        api.post(`/connections/${connection_id}/uninstall`),
        mint(),
        mint(),
        mint(),
      ]);
      for (const { status, body } of minted) {
        expect([201, 403]).toContain(status);
        if (status === 201) expect((await under.admin.as(body.api_key).get('/items')).status).toBe(401);
      }
    }
  });

  it('answers a restore and a new item under the same source_id without a fault of the server', async () => {
    const { api } = await aSpace(under.admin);
    for (let round = 0; round < ROUNDS; round += 1) {
      const note = { type: 'core.note', source_id: `note-${round}` };
      const { id } = (await api.post('/items', note)).body.item;
      await api.delete(`/items/${id}`);
      const answers = await Promise.all([
        api.post(`/items/${id}/restore`),
        api.post('/items', note),
        api.post(`/items/${id}/restore`),
      ]);
      for (const { status } of answers) expect([200, 201, 400, 409]).toContain(status);
      const live = (await api.get('/items?type=core.note')).body.data.filter(
        (item: { source_id: string }) => item.source_id === note.source_id,
      );
      expect(live).toHaveLength(1);
    }
  });

  it('lets writers of one item’s edges wait for each other, and never in a circle', async () => {
    const { api } = await aSpace(under.admin);
    const [source, ...targets] = await Promise.all(Array.from({ length: 11 }, () => anItem(api)));
    const bulk = { mode: 'upsert', items: targets.map(({ id }) => ({ type: 'core.note', source_id: id })) };
    const upserted = (await api.post('/items/bulk', bulk)).body.results.map(({ id }: { id: string }) => id);
    const answers = await Promise.all(
      targets.flatMap(({ id }, index) => {
        const edges = { about: [id] };
        return [
          api.post('/edges', { source_id: source.id, target_id: id, edge_type: 'about' }),
          api.patch(`/items/${source.id}`, { edges }),
          api.patch(`/items/${upserted[index]}`, { edges }),
          api.post('/items/bulk', { ...bulk, items: bulk.items.map((item) => ({ ...item, edges })) }),
        ];
      }),
    );
    for (const { status, body } of answers) expect(status, JSON.stringify(body)).toBeLessThan(500);
    expect((await api.get(`/items/${upserted[0]}/edges`)).body.data).toHaveLength(1);
  });

  it('answers a purge and whoever writes onto the item without a fault of the server', async () => {
    const { api } = await aSpace(under.admin);
    const other = await anItem(api);
    for (let round = 0; round < ROUNDS; round += 1) {
      const { id } = await anItem(api);
      const answers = await Promise.all([
        api.delete(`/items/${id}/purge`),
        api.post('/edges', { source_id: other.id, target_id: id, edge_type: 'about' }),
        api.post(`/items/${id}/tags`, { tags: ['late'] }),
        api.put(`/items/${id}/extensions/harbour.tide`, { late: true }),
        api.patch(`/items/${id}`, { properties: { late: true } }),
      ]);
      for (const { status, body } of answers) expect([200, 201, 404], JSON.stringify(body)).toContain(status);
    }
    expect((await api.get(`/items/${other.id}/edges`)).body.data).toEqual([]);
  });

  it('gives a source to a key or to a Connection, never to both', async () => {
    const integration = await integrationId(under.admin, RSS_WATCHER);
    for (let round = 0; round < ROUNDS; round += 1) {
      const { api } = await aSpace(under.admin);
      const [key, installed] = await Promise.all([
        api.post('/keys', { label: 'same', source: RSS_WATCHER }),
        install(api, integration, { feed_url: 'https://feed.example/' }),
      ]);
      const minted = await under.admin.post('/system/runtime-credentials', {
        connection_id: installed.connection_id,
        label: 'r',
        source: 'r',
      });
      expect(minted.status).toBe(201);
      if (key.status === 409) continue;
      expect(key.status).toBe(201);
      const second = await api.post('/keys', {
        label: 'again',
        source: `${RSS_WATCHER}-${installed.connection_id.slice(-12)}`,
      });
      expect(second.status).toBe(409);
    }
  });

  it('survives the loss of its database connections, and answers again', async () => {
    if (under.dialect !== 'postgres') return;
    const { api } = await aSpace(under.admin);
    const client = new pg.Client({ connectionString: under.profile.variables.DATABASE_URL });
    await client.connect();
    const writes = Array.from({ length: 40 }, () => api.post('/items', { type: 'core.note' }));
    await client.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'marfa'",
    );
    await client.end();
    for (const { status } of await Promise.all(writes)) expect([201, 503]).toContain(status);
    expect((await api.post('/items', { type: 'core.note' })).status).toBe(201);
  });
});
