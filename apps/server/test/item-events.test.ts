import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { Api } from './support/api.ts';
import { describeServer } from './support/describe-server.ts';
import { allRows, install, integrationId, runOnce } from './support/integrations.ts';
import { type Listening, listen, writeListener } from './support/item-event-connector.ts';
import { findAccount, loseAccount } from './support/records.ts';
import { aName, anItem, aSpace, created } from './support/spaces.ts';
import { waitFor } from './support/start-server.ts';

const notes = await writeListener();
const tasks = await writeListener({ target_types: ['core.task'] });
/** Changes what it is told of as soon as it is there. */
const eager = await writeListener(
  {},
  {
    afterwards:
      "if (event.event_type === 'created') await ctx.marfa.updateItem(event.item_id, { properties: { body: 'seen' } });",
  },
);
afterAll(async () => {
  for (const connector of [notes, tasks, eager]) await connector.dispose();
});

const retitle = (api: Api, id: string, title: string) => api.patch(`/items/${id}`, { properties: { title } });
const move = (api: Api, id: string, state: string) => api.post(`/items/${id}/transition`, { state });

describeServer(
  'An item event',
  (under) => {
    const open: Listening[] = [];
    const here = async (api: Api, connector = notes) => {
      const listening = await listen(api, connector);
      open.push(listening);
      return listening;
    };
    afterEach(async () => {
      for (const { receiver } of open.splice(0)) await receiver.close();
    });

    it('wakes a Connection once for each thing that a person does to an item', async () => {
      const { api } = await aSpace(under.admin);
      const connection = await here(api);
      const note = await anItem(api, { properties: { title: 'Low water' } });
      await connection.wait(1);
      await retitle(api, note.id, 'High water');
      await connection.wait(2);
      await api.post(`/items/${note.id}/tags`, { tags: ['tide'] });
      await connection.wait(3);
      await move(api, note.id, 'trashed');
      await connection.wait(4);
      await move(api, note.id, 'active');
      await connection.wait(5);
      await api.delete(`/items/${note.id}/purge`);
      const told = await connection.wait(6);
      expect(told.map(({ event_type }) => event_type)).toEqual([
        'created',
        'updated',
        'metadata_changed',
        'state_changed',
        'restored',
        'deleted',
      ]);
      for (const { item_id, cycle, ctx } of told) {
        expect(item_id).toBe(note.id);
        expect(cycle).toEqual({ originating_connection_id: null, hop_count: 0 });
        expect(ctx).toEqual(cycle);
      }
      expect(told[0]?.payload).toEqual(note);
      expect(told[1]?.payload).toMatchObject({ properties: { title: 'High water' }, version: 2 });
      expect(told[2]?.payload).toMatchObject({ item_id: note.id, tags: ['tide'] });
      expect(told[5]?.payload).toEqual({ id: note.id, type: 'core.note' });
      await waitFor(async () =>
        (await allRows(api, `/connections/${connection.id}/runs`)).every((run) => run.status === 'succeeded'),
      );
      expect(await allRows(api, `/connections/${connection.id}/runs`)).toHaveLength(6);
    });

    it('wakes it for subtypes of what it targets, and for nothing of another type or another space', async () => {
      const { api } = await aSpace(under.admin);
      const other = await aSpace(under.admin);
      const connection = await here(api);
      const fields = { wind: { type: 'string', description: 'From where.' } };
      const own = { label: 'Log', description: 'A log.', version: '1.0.0', fields };
      created(await api.post('/types', { ...own, id: 'harbour.log', parent: 'core.note' }));
      await anItem(other.api);
      await anItem(api, { type: 'core.task', properties: { title: 'Sound the horn' } });
      const log = await anItem(api, { type: 'harbour.log', properties: { title: 'Fog' } });
      const note = await anItem(api);
      const told = await connection.wait(2);
      expect(told.map(({ item_id }) => item_id)).toEqual([log.id, note.id]);
    });

    it('does not wake a Connection for what was there before it', async () => {
      const { api } = await aSpace(under.admin);
      await anItem(api);
      const connection = await here(api);
      const note = await anItem(api);
      expect((await connection.wait(1)).map(({ item_id }) => item_id)).toEqual([note.id]);
    });

    it('does not wake one that is paused or gone, or was not granted the trigger', async () => {
      const { api } = await aSpace(under.admin);
      const [paused, gone, trimmed] = await Promise.all([here(api), here(api), here(api)]);
      const integration_id = await integrationId(api, notes.integrationName);
      const configuration = { mode: trimmed.receiver.url };
      const granted = { triggers: ['manual'] };
      for (const { id } of [gone, trimmed]) await api.post(`/connections/${id}/uninstall`);
      created(await api.post('/connections/install', { integration_id, configuration, granted }));
      await api.post(`/connections/${paused.id}/pause`);
      const awake = await here(api);
      await anItem(api);
      await awake.wait(1);
      await api.post(`/connections/${paused.id}/resume`);
      const note = await anItem(api);
      expect((await paused.wait(1)).map(({ item_id }) => item_id)).toEqual([note.id]);
      await awake.wait(2);
      expect(await allRows(api, `/connections/${paused.id}/runs`)).toHaveLength(1);
      expect(gone.told()).toEqual([]);
      expect(trimmed.told()).toEqual([]);
    });

    it('waits for a Connection whose account has to be connected again, and is told then', async () => {
      const { api } = await aSpace(under.admin);
      const connection = await here(api);
      await loseAccount(under.profile, connection.id);
      const kept = await anItem(api);
      const runs = () => allRows(api, `/connections/${connection.id}/runs`);
      await waitFor(async () => (await runs()).length === 1);
      await findAccount(under.profile, connection.id);
      expect(await runs()).toMatchObject([{ status: 'queued', attempt: 0 }]);
      const next = await anItem(api);
      expect((await connection.wait(2)).map(({ item_id }) => item_id)).toEqual([kept.id, next.id]);
    });

    it('never comes back to the Connection that wrote it, and tells others of its chain', async () => {
      const { api } = await aSpace(under.admin);
      const writer = await here(api, eager);
      const reader = await here(api);
      const note = await anItem(api);
      const read = await reader.wait(2);
      expect(read.map(({ event_type, cycle }) => [event_type, cycle])).toEqual([
        ['created', { originating_connection_id: null, hop_count: 0 }],
        ['updated', { originating_connection_id: writer.id, hop_count: 1 }],
      ]);
      await retitle(api, note.id, 'Again');
      const told = await writer.wait(2);
      expect(told.map(({ payload }) => payload.version)).toEqual([1, 3]);
    });

    it('takes up what comes while one for the same item waits', async () => {
      const { api } = await aSpace(under.admin);
      const connection = await here(api);
      const waiting: (() => void)[] = [];
      connection.receiver.answerWith((_request, response) => {
        waiting.push(() => response.writeHead(204).end());
      });
      const note = await anItem(api);
      await connection.wait(1);
      const marker = await here(api);
      for (let round = 1; round <= 20; round += 1) await retitle(api, note.id, `Draft ${round}`);
      const other = await anItem(api);
      await waitFor(() => marker.told().some(({ item_id }) => item_id === other.id));
      connection.receiver.answerWith((_request, response) => response.writeHead(204).end());
      for (const answer of waiting) answer();
      const told = await connection.wait(3);
      expect(told.map(({ item_id, event_type }) => [item_id, event_type])).toEqual([
        [note.id, 'created'],
        [note.id, 'updated'],
        [other.id, 'created'],
      ]);
      expect(told[1]?.payload).toMatchObject({ properties: { title: 'Draft 20' } });
    });

    describe('that a runtime credential causes', () => {
      async function aWriter(api: Api) {
        const { connection_id } = await install(api, await integrationId(api, tasks.integrationName));
        const minted = await under.admin.post('/system/runtime-credentials', {
          connection_id,
          label: 'Runtime',
          source: aName('runtime'),
        });
        return { connection_id, runtime: api.as(created(minted).api_key) };
      }

      it.each([
        ['4', 4],
        ['0', 1],
        ['-3', 1],
        ['1e1', 1],
        ['many', 1],
      ])('with the hop %s in its header has taken %i steps, whatever origin it claims', async (claimed, hop_count) => {
        const { api } = await aSpace(under.admin);
        const { connection_id, runtime } = await aWriter(api);
        const reader = await here(api, tasks);
        const headers = { 'X-Marfa-Cycle-Hop': claimed, 'X-Marfa-Cycle-Origin': reader.id };
        const task = { type: 'core.task', properties: { title: 'Sound the horn' } };
        expect((await runtime.call('POST', '/items', task, headers)).status).toBe(201);
        const [told] = await reader.wait(1);
        expect(told?.cycle).toEqual({ originating_connection_id: connection_id, hop_count });
      });

      it('is believed nothing of a chain when it is a person’s', async () => {
        const { api } = await aSpace(under.admin);
        const reader = await here(api);
        const headers = { 'X-Marfa-Cycle-Hop': '9', 'X-Marfa-Cycle-Origin': reader.id };
        expect((await api.call('POST', '/items', { type: 'core.note' }, headers)).status).toBe(201);
        const [told] = await reader.wait(1);
        expect(told?.cycle).toEqual({ originating_connection_id: null, hop_count: 0 });
        const run = await runOnce(api, reader.id);
        expect(run).toMatchObject({ trigger: 'manual', status: 'succeeded' });
      });
    });
  },
  { MARFA_CONNECTORS: [notes, tasks, eager].map(({ path }) => path).join(',') },
);
