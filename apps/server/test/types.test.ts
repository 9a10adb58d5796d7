import { beforeAll, describe, expect, it } from 'vitest';
import { type Api, createApi } from './support/api.ts';
import { describeServer } from './support/describe-server.ts';
import { allRows, anIntegration, install } from './support/integrations.ts';
import { faultPaths, refusal } from './support/refusal.ts';
import { aKey, anItem, aSpace, created } from './support/spaces.ts';
import { startServer } from './support/start-server.ts';

const text = { type: 'string' };
const aType = (id: string, changes: object = {}) => ({ id, version: '1.0.0', fields: { title: text }, ...changes });
const bad = (code: string) => ({ status: 400, code });
const forbidden = { status: 403, code: 'forbidden' };

/** With both secrets given, a server on Postgres takes no folder for itself: a second one can stand beside it. */
const SECRETS = { API_KEY_SALT: 'types-under-test', MARFA_AUTH_SECRET: 'types-under-test-types-under-test' };

describeServer(
  'A type of a space',
  (under) => {
    let api: Api;
    beforeAll(async () => {
      ({ api } = await aSpace(under.admin));
    });
    let count = 0;
    const aName = () => `harbour.thing_${++count}`;
    const make = async (changes: object = {}, id = aName()) =>
      created(await api.post('/types', aType(id, changes))).type;

    it('is made, shown, listed, changed and removed, and each leaves its audit row', async () => {
      const schema = {
        ...aType('harbour.ship', { label: 'Ship', description: 'What floats.', required: ['title'] }),
        display_hints: { title_field: 'title' },
        merge_policy: { fields: { title: 'keep_both_copies' }, default: 'last_writer_wins' },
        compatible_with: ['acme.boat'],
      };
      expect(await api.post('/types', schema)).toMatchObject({ status: 201, body: { type: schema } });
      expect((await api.get('/types/harbour.ship')).body).toEqual(schema);
      expect((await api.get('/types')).body).toContainEqual(schema);
      const next = { ...schema, version: '1.1.0', fields: { title: text, flag: text } };
      expect(await api.put('/types/harbour.ship', next)).toMatchObject({ status: 200, body: { type: next } });
      expect((await api.put('/types/harbour.ship', next)).status).toBe(200);
      expect((await api.delete('/types/harbour.ship')).body).toEqual({ ok: true });
      expect(refusal(await api.get('/types/harbour.ship'))).toEqual({ status: 404, code: 'type_not_found' });
      expect(refusal(await api.delete('/types/harbour.ship'))).toEqual({ status: 404, code: 'type_not_found' });
      expect(refusal(await api.put('/types/harbour.ship', schema))).toEqual({ status: 404, code: 'type_not_found' });
      const actions = (await allRows(api, '/audit?resource_id=harbour.ship')).map((row) => row.action);
      expect(actions).toEqual(['type.delete', 'type.update', 'type.create']);
    });

    it('is judged when its items are written, with everything it inherits', async () => {
      const parent = await make({ fields: { title: text, size: { type: 'integer' } }, required: ['title'] });
      const child = await make({ parent: parent.id, fields: { colour: { type: 'enum', enum_values: ['red'] } } });
      const answer = await api.post('/items', { type: child.id, properties: { size: 'big', colour: 'blue' } });
      expect(refusal(answer)).toEqual(bad('invalid_properties'));
      expect(faultPaths(answer)).toEqual(['$.properties.colour', '$.properties.size', '$.properties.title']);
      const item = await anItem(api, { type: child.id, properties: { title: 'x', size: 1, colour: 'red', more: [1] } });
      expect(item).toMatchObject({ schema_version: '1.0.0', properties: { more: [1] } });
      await api.put(`/types/${child.id}`, { ...child, version: '1.0.1', label: 'Child' });
      expect((await api.get(`/items/${item.id}`)).body.item.schema_version).toBe('1.0.0');
      expect((await anItem(api, { type: child.id, properties: { title: 'y' } })).schema_version).toBe('1.0.1');
      const listed = await allRows(api, `/items?type=${parent.id}`);
      expect(listed.map((row) => row.type)).toEqual([child.id, child.id]);
      expect((await api.post('/items', { type: 'harbour.unknown' })).body.error.code).toBe('invalid_type');
    });

    it('knows texts of six formats, and judges them', async () => {
      const formats: Record<string, [good: string, bad: string]> = {
        url: ['https://example.test/', 'example'],
        date: ['2024-02-29', '2023-02-29'],
        datetime: ['2024-02-29T10:00:00Z', '2024-02-29'],
        email: ['ada@example.org', 'ada'],
        bcp47: ['en-GB', 'en_GB'],
        iso3166: ['PT', 'Portugal'],
      };
      const entries = Object.entries(formats);
      const { id } = await make({
        fields: Object.fromEntries(entries.map(([format]) => [format, { type: 'string', format }])),
      });
      const write = (which: 0 | 1) =>
        api.post('/items', {
          type: id,
          properties: Object.fromEntries(entries.map(([name, texts]) => [name, texts[which]])),
        });
      expect((await write(0)).status).toBe(201);
      expect(faultPaths(await write(1))).toEqual(entries.map(([name]) => `$.properties.${name}`).sort());
    });

    it('is read by who may read its parent, and written by nobody else’s right', async () => {
      const child = await make({ parent: 'core.note', fields: {} });
      const { id } = await anItem(api, { type: child.id });
      const { api: member } = await aKey(api, { type_permissions: { 'core.note': 'write' } });
      expect((await member.get(`/items/${id}`)).status).toBe(200);
      expect((await allRows(member, '/items')).map((row) => row.id)).toEqual([id]);
      expect(refusal(await member.patch(`/items/${id}`, { properties: {} })).code).toBe('type_not_permitted');
      expect((await member.get(`/types/${child.id}`)).status).toBe(200);
      const { api: stranger } = await aKey(api, { type_permissions: { 'core.task': 'write' } });
      expect(refusal(await stranger.get(`/types/${child.id}`)).code).toBe('type_not_found');
      expect(refusal(await stranger.get(`/items/${id}`)).code).toBe('type_not_permitted');
    });

    it('is of its own space alone', async () => {
      const { id } = await make();
      const { api: other } = await aSpace(under.admin);
      expect(refusal(await other.get(`/types/${id}`)).code).toBe('type_not_found');
      expect(refusal(await other.post('/items', { type: id })).code).toBe('invalid_type');
      const theirs = aType(id, { fields: { title: { type: 'integer' } } });
      expect((await other.post('/types', theirs)).status).toBe(201);
      expect((await api.get(`/types/${id}`)).body.fields.title).toEqual(text);
      expect((await other.delete(`/types/${id}`)).status).toBe(200);
      expect((await api.get(`/types/${id}`)).status).toBe(200);
    });

    it('takes the right to write types, and to change or remove it an administrator', async () => {
      const { api: writer } = await aKey(api, { metadata_permissions: { types: 'write' } });
      const { api: reader } = await aKey(api, { metadata_permissions: { types: 'read', tags: 'write' } });
      const id = aName();
      expect(refusal(await reader.post('/types', aType(id)))).toEqual(forbidden);
      expect((await writer.post('/types', aType(id))).status).toBe(201);
      expect((await writer.post('/types', aType(`user.${id.slice(8)}`))).status).toBe(201);
      expect(refusal(await writer.put(`/types/${id}`, aType(id)))).toEqual(forbidden);
      expect(refusal(await writer.delete(`/types/${id}`))).toEqual(forbidden);
    });

    it('bears a name that is its space’s to give', async () => {
      for (const id of ['core.boat', 'core.note.draft', 'system.boat', 'marfa.boat', 'app.acme.boat'])
        expect(refusal(await api.post('/types', aType(id))), id).toEqual(bad('reserved_namespace'));
      for (const id of ['user.boat', 'acme.boat', 'acme.boat.sail'])
        expect((await api.post('/types', aType(id))).status, id).toBe(201);
      for (const id of ['core.boat', 'system.boat', 'core.note', 'app.boat', 'app.acme.boat.sail'])
        expect(refusal(await under.admin.post('/types', aType(id))), id).toEqual(bad('reserved_namespace'));
      for (const id of ['marfa.boat', 'app.acme.boat'])
        expect((await under.admin.post('/types', aType(id))).status, id).toBe(201);
      for (const id of ['boat', 'Acme.boat', 'acme/boat', `acme.${'x'.repeat(200)}`, 5])
        expect(refusal(await api.post('/types', aType(id as string))).code, String(id)).toBe('invalid_schema');
    });

    it('is shipped with the server for good when it is core or system', async () => {
      for (const id of ['core.note', 'system.connection']) {
        const immutable = { status: 403, code: 'core_type_immutable' };
        expect(refusal(await api.put(`/types/${id}`, aType(id, { version: '2.0.0' })))).toEqual(immutable);
        expect(refusal(await under.admin.delete(`/types/${id}`))).toEqual(immutable);
      }
    });

    it('is told wrong in all its parts at once', async () => {
      const answer = await api.post('/types', {
        id: 'harbour.wrong',
        version: '1',
        colour: 'blue',
        fields: {
          '9lives': text,
          state: text,
          a: { type: 'enum' },
          b: { type: 'integer', format: 'url', items_type: 'string' },
          c: { type: 'colour' },
          d: { type: 'enum', enum_values: ['x', 'x'] },
        },
      });
      expect(refusal(answer)).toEqual(bad('invalid_schema'));
      expect(faultPaths(answer)).toEqual(
        [
          '$.colour',
          "$.fields['9lives']",
          '$.fields.a.enum_values',
          '$.fields.b.format',
          '$.fields.b.items_type',
          '$.fields.c.type',
          '$.fields.d.enum_values',
          '$.fields.state',
          '$.version',
        ].sort(),
      );
      for (const body of [undefined, null, [], 'harbour.wrong', 5])
        expect(refusal(await api.post('/types', body)).code).toMatch(/^(invalid_schema|validation_error)$/);
      const proto = await api.call('POST', '/types', JSON.parse('{"fields":{"__proto__":{"type":"string"}}}'));
      expect(faultPaths(proto)).toContain('$.fields.__proto__');
    });

    it('requires and shows only what it or its parents declare', async () => {
      const hints = { required: ['nothing'], display_hints: { title_field: 'never', body_field: 'title' } };
      const answer = await api.post('/types', aType(aName(), hints));
      expect(refusal(answer)).toEqual(bad('invalid_schema'));
      expect(faultPaths(answer)).toEqual(['$.display_hints.title_field', '$.required[0]']);
      const child = { parent: 'core.note', fields: {}, required: ['title'], display_hints: { body_field: 'body' } };
      const { id } = await make(child);
      expect(refusal(await api.post('/items', { type: id })).code).toBe('invalid_properties');
    });

    it('declares no field that every item has', async () => {
      const answer = await api.post('/types', aType(aName(), { fields: { source: text, version: text, title: text } }));
      expect(refusal(answer)).toEqual(bad('property_shadows_field'));
      expect(faultPaths(answer)).toEqual(['$.fields.source', '$.fields.version']);
    });

    it('keeps within its bounds', async () => {
      const many = (length: number, make: (index: number) => unknown) =>
        Object.fromEntries(Array.from({ length }, (_, index) => [`f${index}`, make(index)]));
      const fields201 = many(201, () => text);
      expect(faultPaths(await api.post('/types', aType(aName(), { fields: fields201 })))).toEqual(['$.fields']);
      const values = Array.from({ length: 501 }, (_, index) => `v${index}`);
      const enums = { a: { type: 'enum', enum_values: values } };
      expect(faultPaths(await api.post('/types', aType(aName(), { fields: enums })))).toEqual([
        '$.fields.a.enum_values',
      ]);
      const large = many(60, () => ({ ...text, description: 'x'.repeat(1500) }));
      expect(refusal(await api.post('/types', aType(aName(), { fields: large })))).toEqual({
        status: 413,
        code: 'payload_too_large',
      });
    });

    describe('inherits', () => {
      it('from a type that is there', async () => {
        for (const parent of ['harbour.nobody', 'system.connection']) {
          const answer = await api.post('/types', aType(aName(), { parent }));
          expect(refusal(answer)).toEqual(bad('inheritance_violation'));
          expect(faultPaths(answer)).toEqual(['$.parent']);
        }
        const { api: other } = await aSpace(under.admin);
        const { id } = await make();
        expect(refusal(await other.post('/types', aType(aName(), { parent: id })))).toEqual(
          bad('inheritance_violation'),
        );
      });

      it('and declares nothing again', async () => {
        const parent = await make({ fields: { a: text, b: text } });
        const middle = await make({ parent: parent.id, fields: { c: text } });
        const answer = await api.post(
          '/types',
          aType(aName(), { parent: middle.id, fields: { a: text, c: text, d: text } }),
        );
        expect(refusal(answer)).toEqual(bad('inheritance_violation'));
        expect(faultPaths(answer)).toEqual(['$.fields.a', '$.fields.c']);
        const put = await api.put(`/types/${parent.id}`, {
          ...parent,
          version: '1.1.0',
          fields: { ...parent.fields, c: text },
        });
        expect(refusal(put)).toEqual(bad('inheritance_violation'));
        expect(faultPaths(put)).toEqual(['$.fields.c']);
      });

      it('never from itself', async () => {
        const [a, b] = [await make({ fields: {} }), await make({ fields: {} })];
        expect((await api.put(`/types/${b.id}`, { ...b, version: '2.0.0', parent: a.id })).status).toBe(200);
        for (const parent of [a.id, b.id]) {
          const answer = await api.put(`/types/${a.id}`, { ...a, version: '2.0.0', parent });
          expect(refusal(answer)).toEqual(bad('inheritance_violation'));
          expect(answer.body.error.message).toContain('itself');
        }
      });
    });

    it('changes by no less than its version says', async () => {
      const type = await make({ fields: { title: text, kind: { type: 'enum', enum_values: ['a', 'b'] } } });
      const put = (version: string, changes: object) => api.put(`/types/${type.id}`, { ...type, version, ...changes });
      const mismatch = bad('version_bump_mismatch');
      const narrower = { fields: { title: text, kind: { type: 'enum', enum_values: ['a'] } } };
      const wider = { fields: { ...type.fields, more: text } };
      for (const [version, changes] of [
        ['1.0.0', { label: 'Text' }],
        ['0.9.0', { label: 'Text' }],
        ['1.0.1', wider],
        ['1.1.0', narrower],
        ['1.9.9', { fields: { kind: type.fields.kind } }],
        ['1.1.0', { required: ['title'] }],
        ['1.1.0', { parent: 'core.task', fields: { kind: type.fields.kind } }],
      ] as const) {
        const answer = await put(version, changes);
        expect(refusal(answer), `${version} ${JSON.stringify(changes)}`).toEqual(mismatch);
        expect(faultPaths(answer)).toEqual(['$.version']);
      }
      expect((await put('1.0.1', { label: 'Text' })).status).toBe(200);
      expect((await put('1.1.0', wider)).status).toBe(200);
      expect((await put('2.0.0', narrower)).status).toBe(200);
      const other = await api.put(`/types/${type.id}`, { ...type, id: 'harbour.other' });
      expect(faultPaths(other)).toEqual(['$.id']);
    });

    it('stays while anything uses it', async () => {
      const type = await make();
      const usedBy = async () => {
        const answer = await api.delete(`/types/${type.id}`);
        expect(refusal(answer)).toEqual({ status: 409, code: 'conflict' });
        return answer.body.error.details.used_by;
      };
      const child = await make({ parent: type.id, fields: {} });
      expect(await usedBy()).toEqual([`the type ${child.id}`]);
      await api.delete(`/types/${child.id}`);
      await api.post('/edges/types', { id: 'moored-by', source_type_constraints: [type.id] });
      expect(await usedBy()).toEqual(['the edge type moored-by']);
      await api.delete('/edges/types/moored-by');
      const { id } = await anItem(api, { type: type.id });
      await api.delete(`/items/${id}`);
      expect(await usedBy()).toEqual(['items']);
      expect((await api.get(`/types/${type.id}`)).status).toBe(200);
    });

    it('is made once, however many make it at the same moment', async () => {
      const id = aName();
      const answers = await Promise.all(Array.from({ length: 10 }, () => api.post('/types', aType(id))));
      expect(answers.map((answer) => answer.status).sort()).toEqual([201, ...Array(9).fill(409)]);
      expect(await allRows(api, `/audit?resource_id=${id}`)).toHaveLength(1);
    });

    it('never goes away under an item that is written at the same moment', async () => {
      for (let round = 0; round < 10; round += 1) {
        const { id } = await make();
        const [removed, ...written] = await Promise.all([
          api.delete(`/types/${id}`),
          ...Array.from({ length: 3 }, () => api.post('/items', { type: id })),
        ]);
        const statuses = written.map((answer) => answer.status);
        if (removed.status === 200) expect(statuses).toEqual([400, 400, 400]);
        else {
          expect(removed.status).toBe(409);
          expect(statuses).toContain(201);
        }
      }
    });

    it('is what integrations of the space may be installed for', async () => {
      const { id } = await make();
      const manifest = { target_types: [id] };
      const integration_id = await anIntegration(under.admin, manifest);
      const { connection_id } = await install(api, integration_id);
      expect(connection_id).toEqual(expect.any(String));
      const { api: other } = await aSpace(under.admin);
      const answer = await other.post('/connections/install', { integration_id });
      expect(refusal(answer)).toEqual(bad('validation_error'));
    });

    it('made through one process is known to the next request at another', async () => {
      if (under.dialect !== 'postgres') return;
      const second = await startServer({ ...under.profile.variables, ...SECRETS });
      try {
        const { key } = await aKey(api, { role: 'tenant_admin' });
        const [here, other] = [api.as(key), createApi(second.url, key)];
        for (let round = 0; round < 5; round += 1) {
          const id = aName();
          expect((await other.get(`/types/${id}`)).status).toBe(404);
          created(await here.post('/types', aType(id)));
          const { id: item } = await anItem(other, { type: id, properties: { title: 'x' } });
          expect((await other.post('/items', { type: id, properties: { title: 5 } })).status).toBe(400);
          await here.put(`/types/${id}`, aType(id, { version: '2.0.0', fields: { title: { type: 'integer' } } }));
          expect((await other.post('/items', { type: id, properties: { title: 5 } })).status).toBe(201);
          expect(refusal(await other.delete(`/types/${id}`)).code).toBe('conflict');
          expect((await here.get(`/items/${item}`)).status).toBe(200);
        }
        const id = aName();
        const racing = await Promise.all(
          Array.from({ length: 10 }, (_, index) => (index % 2 ? here : other).post('/types', aType(id))),
        );
        expect(racing.map((answer) => answer.status).sort()).toEqual([201, ...Array(9).fill(409)]);
      } finally {
        await second.stop();
      }
    });
  },
  SECRETS,
);
