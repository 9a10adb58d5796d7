import { expect, it } from 'vitest';
import { describeServer } from './support/describe-server.ts';
import { integrationId, RSS_WATCHER } from './support/integrations.ts';
import { refusal } from './support/refusal.ts';
import { aSpace } from './support/spaces.ts';

describeServer('A catalogue row', (under) => {
  it('is read from every space and carries nothing of any of them', async () => {
    const [first, second] = [await aSpace(under.admin), await aSpace(under.admin)];
    const id = await integrationId(first.api, RSS_WATCHER);
    expect((await second.api.get(`/items/${id}`)).status).toBe(200);
    const put = await first.api.put(`/items/${id}/extensions/acme.note`, { secret: 'of the first space' });
    expect(refusal(put)).toEqual({ status: 403, code: 'forbidden' });
    expect((await second.api.get(`/items/${id}/extensions`)).body.extensions).toEqual({});
  });
});

describeServer('The health of a server', (under) => {
  it('is told to anyone, whatever credential comes along', async () => {
    for (const key of [null, 'marfa_k1_mistyped']) {
      expect(await under.admin.as(key).get('/health')).toMatchObject({ status: 200, body: { status: 'ok' } });
    }
  });
});
