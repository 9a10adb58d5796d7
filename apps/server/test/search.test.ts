import { beforeEach, expect, it } from 'vitest';
import type { Api } from './support/api.ts';
import { describeServer } from './support/describe-server.ts';
import { faultPaths, refusal } from './support/refusal.ts';
import { aKey, anItem, aSpace } from './support/spaces.ts';

interface Row {
  id: string;
  type: string;
  properties: { title?: string };
}

describeServer('Search', (under) => {
  let api: Api;
  beforeEach(async () => {
    ({ api } = await aSpace(under.admin));
  });

  const search = (q: string, rest = '') => api.get(`/search?q=${encodeURIComponent(q)}${rest}`);
  const found = async (q: string, rest = '') => {
    const { status, body } = await search(q, rest);
    expect(status, JSON.stringify(body)).toBe(200);
    return body.data.map((row: Row) => row.properties.title);
  };
  const note = (title: string, more: Record<string, unknown> = {}) => anItem(api, { properties: { title, ...more } });

  it('finds items that have every word, in any searchable field and order, newest first', async () => {
    await note('Tide tables', { body: 'for the harbour' });
    await note('Harbour at low tide');
    await note('Low clouds');
    expect(await found('harbour tide')).toEqual(['Harbour at low tide', 'Tide tables']);
    expect(await found('low')).toEqual(['Low clouds', 'Harbour at low tide']);
    expect(await found('harbour clouds')).toEqual([]);
  });

  it('goes on from the last word alone', async () => {
    await note('Harbour master');
    expect(await found('harb')).toEqual(['Harbour master']);
    expect(await found('harbour mas')).toEqual(['Harbour master']);
    expect(await found('harb master')).toEqual([]);
    expect(await found('h')).toEqual([]);
  });

  it('takes letters for the same with and without diacritics, upper and lower case', async () => {
    for (const title of ['São Tomé', 'STRASSE', 'Ὀδυσσεύς', '東京の港', 'naïve ﬁne']) await note(title);
    expect(await found('sao tome')).toEqual(['São Tomé']);
    expect(await found('SÃO')).toEqual(['São Tomé']);
    expect(await found('straße')).toEqual(['STRASSE']);
    expect(await found('οδυσσευσ')).toEqual(['Ὀδυσσεύς']);
    expect(await found('港')).toEqual(['東京の港']);
    expect(await found('fine')).toEqual(['naïve ﬁne']);
  });

  it.each([
    '"',
    "'",
    'tide AND NOT',
    'tide*',
    'tide:*',
    '(tide',
    '^tide',
    '- tide',
    'NEAR(tide 1)',
    'tide & | !',
    '§tide',
    '{words}: tide',
    "tide'); drop table items; --",
    '%',
    '\\',
  ])('takes %s for words and nothing else', async (q) => {
    await note('Tide');
    const { status, body } = await search(q);
    if (/\p{L}/u.test(q)) {
      expect(status).toBe(200);
      expect(body.data.length).toBeLessThanOrEqual(1);
    } else expect(status).toBe(400);
  });

  it('looks where the type says: not into links, numbers or names of properties', async () => {
    await anItem(api, {
      type: 'core.bookmark',
      properties: { url: 'https://example.org/tides', title: 'Harbour', kind: 'secret' },
    });
    await anItem(api, { type: 'core.media.book', properties: { title: 'Sextant', creator: 'Ada', isbn: '12345' } });
    expect(await found('harbour')).toEqual(['Harbour']);
    for (const q of ['example', 'tides', 'secret', 'title', '12345']) expect(await found(q)).toEqual([]);
    expect(await found('ada')).toEqual(['Sextant']);
  });

  it('follows an item through changes, the trash and back, and to its end', async () => {
    const { id } = await note('Tide');
    await note('Later tide');
    await api.patch(`/items/${id}`, { properties: { title: 'Current' } });
    expect(await found('tide')).toEqual(['Later tide']);
    await api.patch(`/items/${id}`, { properties: { title: null } });
    expect(await found('current')).toEqual([]);
    await api.patch(`/items/${id}`, { properties: { title: 'Tide again' } });
    expect(await found('tide')).toEqual(['Later tide', 'Tide again']);
    await api.delete(`/items/${id}`);
    expect(await found('again')).toEqual([]);
    expect(await found('again', '&state=trashed')).toEqual(['Tide again']);
    await api.post(`/items/${id}/restore`);
    expect(await found('again')).toEqual(['Tide again']);
    expect((await api.delete(`/items/${id}/purge`)).status).toBe(200);
    expect(await found('again')).toEqual([]);
  });

  it('finds what was written in bulk, and loses nothing of it page by page', async () => {
    const items = Array.from({ length: 450 }, (_, index) => ({
      type: index % 3 === 0 ? 'core.task' : 'core.note',
      properties: { title: `Tide ${index}` },
    }));
    await api.post('/items/bulk', { mode: 'upsert', items });
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const { body } = await search('tide', `&type=core.note&limit=70${cursor === null ? '' : `&cursor=${cursor}`}`);
      seen.push(...body.data.map((row: Row) => row.properties.title));
      cursor = body.cursor;
      expect(body.has_more).toBe(cursor !== null);
      await note('A tide in between');
    } while (cursor !== null);
    const expected = items.filter((item) => item.type === 'core.note').map((item) => item.properties.title);
    expect(seen).toEqual(expected.reverse());
  });

  it('narrows like a list', async () => {
    await anItem(api, { properties: { title: 'Tide', n: 1 }, tags: ['sea'] });
    await anItem(api, { type: 'core.task', properties: { title: 'Tide task', n: 2 }, tier: 'feed' });
    expect(await found('tide', '&type=core.task')).toEqual(['Tide task']);
    expect(await found('tide', '&tags=sea')).toEqual(['Tide']);
    expect(await found('tide', '&tier=feed')).toEqual(['Tide task']);
    expect(await found('tide', `&filter=${encodeURIComponent('properties.n eq 1')}`)).toEqual(['Tide']);
    expect(await found('tide', '&until=2020-01-01T00:00:00Z')).toEqual([]);
    const { body } = await search('tide', '&include=metadata&tags=sea');
    expect(body.data[0]).toMatchObject({ item: { type: 'core.note' }, metadata: { tags: ['sea'] } });
  });

  it('drops what may not be read, and never leaves the space', async () => {
    await note('Tide');
    await anItem(api, { type: 'core.task', properties: { title: 'Tide task' } });
    const owner = api;
    ({ api } = await aKey(owner, { type_permissions: { 'core.task': 'read' } }));
    expect(await found('tide')).toEqual(['Tide task']);
    ({ api } = await aKey(owner));
    expect((await search('tide')).body).toEqual({ data: [], cursor: null, has_more: false });
    ({ api } = await aSpace(under.admin));
    expect(await found('tide')).toEqual([]);
  });

  it.each([
    ['', ['query $.q']],
    ['q=', ['query $.q']],
    ['q=%20%3F', ['query $.q']],
    [`q=${'x'.repeat(501)}&limit=0`, ['query $.limit', 'query $.q']],
    ['q=tide&sort=title', ['query $.sort']],
    ['q=tide&filter=x', ['query $.filter']],
    ['q=tide&cursor=x', ['query $.cursor']],
  ])('refuses ?%s', async (query, paths) => {
    const answer = await api.get(`/search?${query}`);
    expect(refusal(answer)).toEqual({ status: 400, code: 'validation_error' });
    expect(faultPaths(answer)).toEqual(paths);
  });
});
