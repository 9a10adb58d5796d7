import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { Api } from './support/api.ts';
import { describeServer } from './support/describe-server.ts';
import { allRows } from './support/integrations.ts';
import { type Listening, listen, writeListener } from './support/item-event-connector.ts';
import { anItem, aSpace } from './support/spaces.ts';
import { waitFor } from './support/start-server.ts';

/** Answers every write of another connector, and a person's write that has its id as the title; keeps quiet about its chain. */
const answering = await writeListener(
  {},
  {
    afterwards: `const { hop_count } = event.cycle;
  if (hop_count > 0 || event.payload.properties.title === ctx.connection_id)
    await ctx.marfa.updateItem(event.item_id, { properties: { body: String(hop_count) } });`,
    head: `const honest = globalThis.fetch;
globalThis.fetch = (url, { headers, ...rest } = {}) => {
  const said = Object.entries(headers ?? {}).filter(([name]) => !/^x-marfa-cycle/i.test(name));
  return honest(url, { ...rest, headers: Object.fromEntries(said) });
};`,
  },
);
const plain = await writeListener();
afterAll(async () => {
  for (const connector of [answering, plain]) await connector.dispose();
});

async function warnings(api: Api, kind: string) {
  const rows = await allRows(api, '/items?type=system.activity');
  return rows.map(({ properties }) => properties).filter(({ detail }) => detail?.kind === kind);
}

const hasCome = (to: Listening, itemId: string) => waitFor(() => to.told().some(({ item_id }) => item_id === itemId));

describeServer(
  'Item events',
  (under) => {
    const open: Listening[] = [];
    const here = async (api: Api, connector = answering) => {
      const listening = await listen(api, connector);
      open.push(listening);
      return listening;
    };
    afterEach(async () => {
      for (const { receiver } of open.splice(0)) await receiver.close();
    });

    describe('of two Connections that answer each other', () => {
      const bodyOf = async (api: Api, id: string) => (await api.get(`/items/${id}`)).body.item.properties.body;

      it('come to rest after five steps, with one warning for each that was left out', async () => {
        const { api } = await aSpace(under.admin);
        const [one, other] = [await here(api), await here(api)];
        const watcher = await here(api, plain);
        for (const title of [one.id, other.id, one.id, other.id]) {
          const { id } = await anItem(api, { properties: { title } });
          await waitFor(async () => (await bodyOf(api, id)) === '4');
          const hops = () => watcher.told().filter(({ item_id }) => item_id === id);
          // What comes later in the log has come: the last step has been judged.
          await hasCome(watcher, (await anItem(api)).id);
          expect(Math.max(...hops().map(({ cycle }) => cycle.hop_count))).toBeLessThan(5);
          expect(await bodyOf(api, id)).toBe('4');
        }
        const told = (await warnings(api, 'hop_budget')).filter(({ connection_id }) => connection_id !== watcher.id);
        expect(told).toHaveLength(2);
        for (const [left, origin] of [
          [other, one],
          [one, other],
        ] as const)
          expect(told).toContainEqual(
            expect.objectContaining({
              connection_id: left.id,
              severity: 'warning',
              detail: expect.objectContaining({
                originating_connection_id: origin.id,
                hop_count: 5,
                hop_budget: 5,
              }) as unknown,
            }),
          );
      }, 90_000);

      it('come to rest after as many steps as their space allows', async () => {
        const { api } = await aSpace(under.admin);
        expect((await api.put('/tenants/current/config', { hop_budget: 2 })).status).toBe(200);
        const [one, other] = [await here(api), await here(api)];
        const { id } = await anItem(api, { properties: { title: one.id } });
        const [warning] = await waitFor(async () => {
          const rows = await warnings(api, 'hop_budget');
          return rows.length > 0 ? rows : null;
        });
        expect(warning).toMatchObject({
          connection_id: one.id,
          detail: { originating_connection_id: one.id, hop_count: 2 },
        });
        expect(await bodyOf(api, id)).toBe('1');
        expect(other.told().every(({ cycle }) => cycle.hop_count < 2)).toBe(true);
      });
    });

    it('wait for a Connection up to a thousand; what comes then is left out with one warning, and holds up nobody', async () => {
      const { api } = await aSpace(under.admin);
      const connection = await here(api, plain);
      connection.receiver.answerWith(() => undefined);
      for (let count = 0; count < 1050; count += 50) {
        const items = Array.from({ length: 50 }, () => ({ type: 'core.note' }));
        expect((await api.post('/items/bulk', { items, mode: 'create_only', emit_events: true })).status).toBe(200);
      }
      await waitFor(async () => (await warnings(api, 'backpressure')).length > 0);
      const marker = await here(api, plain);
      await hasCome(marker, (await anItem(api)).id);
      expect(await warnings(api, 'backpressure')).toMatchObject([
        { connection_id: connection.id, severity: 'warning', detail: { depth: 1000 } },
      ]);
      expect(await allRows(api, `/connections/${connection.id}/runs`)).toHaveLength(1000);
      await api.post(`/connections/${connection.id}/uninstall`);
    }, 60_000);
  },
  { MARFA_CONNECTORS: [answering, plain].map(({ path }) => path).join(',') },
);
