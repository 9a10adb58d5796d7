import { type FakeTodoist, startFakeTodoist } from '@withmarfa/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeServer } from './support/describe-server.ts';
import { allRows, integrationId, runOnce } from './support/integrations.ts';
import { anItem, aSpace, created } from './support/spaces.ts';
import { waitFor } from './support/start-server.ts';

describeServer(
  'A task that a person writes down',
  (under) => {
    let todoist: FakeTodoist;
    beforeAll(async () => {
      todoist = await startFakeTodoist();
    });
    afterAll(() => todoist.close());

    it('goes out to Todoist, follows its changes there, and comes back as no second item', async () => {
      const { api } = await aSpace(under.admin);
      const { credential_id } = created(
        await api.post('/credentials/api-token', {
          label: 'Todoist',
          upstream_base_url: todoist.url,
          api_token: todoist.token,
          auth_scheme: 'Bearer',
        }),
      );
      const { connection_id } = created(
        await api.post('/connections/install', {
          integration_id: await integrationId(api, 'todoist.tasks'),
          credential_ref: credential_id,
          configuration: { target_type: 'core.task' },
        }),
      );
      const { id } = await anItem(api, { type: 'core.task', properties: { title: 'Sound the horn' } });
      await waitFor(() => todoist.account.tasks.length > 0);
      expect(todoist.account.tasks).toMatchObject([{ content: 'Sound the horn' }]);
      await api.patch(`/items/${id}`, { properties: { title: 'Sound the horn twice' } });
      await waitFor(() => todoist.account.tasks[0]?.content === 'Sound the horn twice');
      for (let round = 0; round < 2; round += 1)
        expect(await runOnce(api, connection_id)).toMatchObject({ status: 'succeeded', items_created: 0 });
      expect((await allRows(api, '/items?type=core.task')).map((item) => item.id)).toEqual([id]);
      expect(await allRows(api, '/items?type=todoist.task')).toEqual([]);
      expect(todoist.account.tasks).toHaveLength(1);
      const runs = await allRows(api, `/connections/${connection_id}/runs`);
      expect(runs.filter(({ trigger }) => trigger === 'item-event')).toHaveLength(2);
    });
  },
  { MARFA_CONNECTORS: '@withmarfa/connector-todoist' },
);
