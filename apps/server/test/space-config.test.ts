import { describe, expect, it } from 'vitest';
import { createApi } from './support/api.ts';
import { describeServer } from './support/describe-server.ts';
import { allRows } from './support/integrations.ts';
import { faultPaths, refusal } from './support/refusal.ts';
import { aKey, anItem, aSpace } from './support/spaces.ts';

const CONFIG = '/tenants/current/config';
const EMPTY = { enforcement: {}, retention: {} };

describeServer('The configuration of a space', (under) => {
  it('is empty at first, replaced as a whole, and told to the audit log', async () => {
    const { api, id } = await aSpace(under.admin);
    expect((await api.get(CONFIG)).body).toEqual(EMPTY);
    const config = {
      enforcement: { strict_mode: { types: ['core.note'] } },
      retention: { audit_retention_days: 30, trash_retention_days: 0 },
      hop_budget: 7,
    };
    expect(await api.put(CONFIG, config)).toMatchObject({ status: 200, body: config });
    expect((await api.get(CONFIG)).body).toEqual(config);
    expect((await api.put(CONFIG, config)).status).toBe(200);
    expect((await api.put(CONFIG, { hop_budget: 1 })).body).toEqual({ ...EMPTY, hop_budget: 1 });
    const rows = await allRows(api, '/audit?action=tenant.update');
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatchObject({ resource_type: 'tenant', resource_id: id });
  });

  it('is for those who run the space, each their own, the server’s own space included', async () => {
    const [one, two] = [await aSpace(under.admin), await aSpace(under.admin)];
    const { api: member } = await aKey(one.api, { type_permissions: { '*': 'write' } });
    expect(refusal(await member.get(CONFIG)).code).toBe('forbidden');
    expect(refusal(await member.put(CONFIG, {})).code).toBe('forbidden');
    await one.api.put(CONFIG, { hop_budget: 3 });
    expect((await two.api.get(CONFIG)).body).toEqual(EMPTY);
    expect((await under.admin.put(CONFIG, { hop_budget: 4 })).status).toBe(200);
    expect((await under.admin.get(CONFIG)).body.hop_budget).toBe(4);
    expect((await two.api.get(CONFIG)).body).toEqual(EMPTY);
    await under.admin.put(CONFIG, {});
  });

  it('is told wrong in all its parts at once, and nothing of it is kept', async () => {
    const { api } = await aSpace(under.admin);
    const answer = await api.put(CONFIG, {
      enforcement: { strict_mode: { types: ['Note'] }, source_allowlist: { sources: [''] }, more: {} },
      retention: { audit_retention_days: -1, trash_retention_days: 1.5 },
      hop_budget: 21,
      colour: 'blue',
    });
    expect(refusal(answer)).toEqual({ status: 400, code: 'validation_error' });
    expect(faultPaths(answer)).toEqual([
      '$.colour',
      '$.enforcement.more',
      '$.enforcement.source_allowlist.sources[0]',
      '$.enforcement.strict_mode.types[0]',
      '$.hop_budget',
      '$.retention.audit_retention_days',
      '$.retention.trash_retention_days',
    ]);
    expect((await api.get(CONFIG)).body).toEqual(EMPTY);
  });

  it('in strict mode refuses properties that a type does not declare, in every door', async () => {
    const { api } = await aSpace(under.admin);
    const { id } = await anItem(api, { properties: { odd: 1 } });
    await api.put(CONFIG, { enforcement: { strict_mode: { types: ['core.note', 'core.file.*'] } } });
    const odd = { properties: { odd: 2, title: 'x' } };
    const doors = [
      await api.post('/items', { type: 'core.note', ...odd }),
      await api.patch(`/items/${id}`, odd),
      await api.post('/items/bulk', { mode: 'upsert', items: [{ type: 'core.file.image', ...odd, edges: {} }] }),
    ];
    for (const answer of doors) {
      expect(refusal(answer)).toEqual({ status: 400, code: 'invalid_properties' });
      expect(faultPaths(answer)).toContain('$.properties.odd');
    }
    expect((await api.patch(`/items/${id}`, { properties: { odd: null, title: 'x' } })).status).toBe(200);
    expect((await api.post('/items', { type: 'core.file.audio', properties: { filename: 'a' } })).status).toBe(201);
    expect((await api.post('/items', { type: 'core.media', ...odd })).status).toBe(201);
  });

  describe('says which sources write a type:', () => {
    const write = { type_permissions: { '*': 'write' } } as const;

    it('those of a list alone', async () => {
      const { api } = await aSpace(under.admin);
      const [listed, other] = [await aKey(api, write), await aKey(api, write)];
      const { id } = await anItem(other.api, { properties: { title: 'before' } });
      const source_allowlist = { types: ['core.note'], sources: [listed.source] };
      await api.put(CONFIG, { enforcement: { source_allowlist } });
      const note = { type: 'core.note' };
      for (const answer of [
        await other.api.post('/items', note),
        await other.api.patch(`/items/${id}`, { properties: { title: 'after' } }),
        await other.api.delete(`/items/${id}`),
        await other.api.post('/items/bulk', { mode: 'upsert', items: [note] }),
        await api.post('/items', note),
      ]) {
        expect(refusal(answer)).toEqual({ status: 403, code: 'forbidden' });
        expect(answer.body.error.details.rule).toBe('source_allowlist');
      }
      expect((await listed.api.post('/items', note)).status).toBe(201);
      expect((await listed.api.delete(`/items/${id}`)).status).toBe(200);
      expect((await other.api.get(`/items/${id}`)).status).toBe(200);
      expect((await other.api.post('/items', { type: 'core.media' })).status).toBe(201);
    });

    it('all but those of a list', async () => {
      const { api } = await aSpace(under.admin);
      const [denied, other] = [await aKey(api, write), await aKey(api, write)];
      const source_filter = { types: ['core.*'], deny_sources: [denied.source] };
      await api.put(CONFIG, { enforcement: { source_filter } });
      const answer = await denied.api.post('/items', { type: 'core.note' });
      expect(refusal(answer)).toEqual({ status: 403, code: 'forbidden' });
      expect(answer.body.error.details.rule).toBe('source_filter');
      expect((await other.api.post('/items', { type: 'core.note' })).status).toBe(201);
      await api.put(CONFIG, {});
      expect((await denied.api.post('/items', { type: 'core.note' })).status).toBe(201);
    });
  });

  it('is obeyed from the next request on, whoever asks', async () => {
    const { api } = await aSpace(under.admin);
    const { key } = await aKey(api, { type_permissions: { '*': 'write' } });
    const member = createApi(under.server.url, key);
    const odd = { type: 'core.note', properties: { odd: 1 } };
    for (let round = 0; round < 5; round += 1) {
      await api.put(CONFIG, { enforcement: { strict_mode: { types: ['*'] } } });
      expect((await member.post('/items', odd)).status).toBe(400);
      await api.put(CONFIG, {});
      expect((await member.post('/items', odd)).status).toBe(201);
    }
  });
});
