import { beforeAll, describe, expect, it } from 'vitest';
import type { Api } from './support/api.ts';
import { describeServer } from './support/describe-server.ts';
import { allRows } from './support/integrations.ts';
import { refusal } from './support/refusal.ts';
import { anItem, aSpace } from './support/spaces.ts';

const MAX_EXTENSION_BYTES = 102_400;

describeServer('Beside an item,', (under) => {
  let api: Api;
  let id: string;
  beforeAll(async () => {
    ({ api } = await aSpace(under.admin));
  });

  describe('tags', () => {
    const tags = async () => (await api.get(`/items/${id}/metadata`)).body.metadata.tags;
    beforeAll(async () => {
      ({ id } = await anItem(api, { tags: ['tide'] }));
    });

    it('are added, and adding one again changes nothing', async () => {
      expect((await api.post(`/items/${id}/tags`, { tags: ['sea', ' storm '] })).body.metadata.tags).toEqual([
        'sea',
        'storm',
        'tide',
      ]);
      expect((await api.post(`/items/${id}/tags`, { tags: ['sea'] })).status).toBe(200);
      expect(await tags()).toEqual(['sea', 'storm', 'tide']);
    });

    it('are removed, and removing an absent one is no error', async () => {
      await api.post(`/items/${id}/tags`, { tags: ['a/b c?'] });
      const path = `/items/${id}/tags/${encodeURIComponent('a/b c?')}`;
      expect((await api.delete(path)).body.metadata.tags).not.toContain('a/b c?');
      expect((await api.delete(path)).status).toBe(200);
    });

    it('survive many writers', async () => {
      const names = Array.from({ length: 20 }, (_, index) => `writer-${String(index).padStart(2, '0')}`);
      await Promise.all(names.map((tag) => api.post(`/items/${id}/tags`, { tags: [tag, 'shared'] })));
      expect(await tags()).toEqual(expect.arrayContaining([...names, 'shared']));
    });

    it('are those of one writer when several replace them at the same moment', async () => {
      const { id: other } = await anItem(api);
      const path = `/items/${other}/metadata`;
      await Promise.all(Array.from({ length: 10 }, (_, index) => api.put(path, { tags: [`only-${index}`] })));
      expect((await api.get(path)).body.metadata.tags).toHaveLength(1);
    });

    it.each([
      [{ tags: [] }],
      [{ tags: [''] }],
      [{ tags: ['x'.repeat(201)] }],
      [{ tags: 'sea' }],
      [{}],
      [{ tags: [1] }],
    ])('refuse %j', async (body) => {
      expect(refusal(await api.post(`/items/${id}/tags`, body))).toEqual({ status: 400, code: 'validation_error' });
    });

    it('are not for rows of the platform', async () => {
      const [credential] = await allRows(api, '/items?type=system.credential');
      const answer = await api.post(`/items/${credential.id}/tags`, { tags: ['mine'] });
      expect(refusal(answer)).toEqual({ status: 403, code: 'forbidden' });
    });

    it('do not change the version of their item', async () => {
      const before = (await api.get(`/items/${id}`)).body.item;
      await api.post(`/items/${id}/tags`, { tags: ['later'] });
      expect((await api.get(`/items/${id}`)).body.item).toEqual(before);
    });
  });

  describe('extensions', () => {
    const path = (namespace: string) => `/items/${id}/extensions/${namespace}`;
    beforeAll(async () => {
      ({ id } = await anItem(api));
    });

    it('are put whole, read singly and together, and removed', async () => {
      expect((await api.get(path('harbour.tide'))).body).toEqual({ namespace: 'harbour.tide', data: null });
      await api.put(path('harbour.tide'), { high: '03:10', low: '09:20' });
      await api.put(path('harbour.tide'), { high: '03:40' });
      await api.put(path('ships'), {});
      expect((await api.get(path('harbour.tide'))).body.data).toEqual({ high: '03:40' });
      expect((await api.get(`/items/${id}/extensions`)).body).toEqual({
        extensions: { 'harbour.tide': { high: '03:40' }, ships: {} },
      });
      expect((await api.delete(path('harbour.tide'))).body).toEqual({ extensions: { ships: {} } });
      expect((await api.delete(path('harbour.tide'))).status).toBe(200);
    });

    it('stay out of reads that do not ask for them', async () => {
      await api.put(path('hidden'), { a: 1 });
      const single = (await api.get(`/items/${id}`)).body;
      expect(single.item.extensions).toBeUndefined();
      expect(single.metadata.extensions).toEqual({});
    });

    it('hold 100 KB and not a byte more', async () => {
      const fill = (bytes: number) => ({ a: 'x'.repeat(bytes - '{"a":""}'.length) });
      expect((await api.put(path('full'), fill(MAX_EXTENSION_BYTES))).status).toBe(200);
      const answer = await api.put(path('full'), fill(MAX_EXTENSION_BYTES + 1));
      expect(refusal(answer)).toEqual({ status: 413, code: 'payload_too_large' });
      const letters = { a: 'é'.repeat(MAX_EXTENSION_BYTES / 2) };
      expect(refusal(await api.put(path('full'), letters)).status).toBe(413);
      expect((await api.get(path('full'))).body.data).toEqual(fill(MAX_EXTENSION_BYTES));
    });

    it.each([['[1]'], ['"text"'], ['5'], ['null']])('are objects, not %s', async (text) => {
      const answer = await api.put(path('object'), JSON.parse(text));
      expect(refusal(answer)).toEqual({ status: 400, code: 'validation_error' });
    });

    it.each(['Harbour', 'a..b', '.a', 'a b', '*', 'a.*'])('have a dotted name, not %s', async (namespace) => {
      const answer = await api.put(path(encodeURIComponent(namespace)), { a: 1 });
      expect(refusal(answer).status).toBe(400);
    });

    it('on rows that every space reads are nobody’s to write', async () => {
      const [integration] = await allRows(api, '/items?type=system.integration');
      const answer = await api.put(`/items/${integration.id}/extensions/harbour.note`, { from: 'one space' });
      expect(answer.status).not.toBe(200);
      const other = await aSpace(under.admin);
      const seen = await other.api.get(`/items/${integration.id}/extensions`);
      expect(seen.body).toEqual({ extensions: {} });
    });

    it('called connection.runtime belong to the Connection alone', async () => {
      expect(refusal(await api.put(path('connection.runtime'), { cursors: {} }))).toEqual({
        status: 403,
        code: 'extension_permission_denied',
      });
    });
  });
});
