import { describe, expect, it } from 'vitest';
import { aConnection, type Connection, theItem } from './support/a-connection.ts';

const DAY_MS = 86_400_000;

describe('the first sync', () => {
  it('keeps each open task as an item with all that Todoist knows of it', async () => {
    await using connection = await aConnection();
    const { account } = connection.todoist;
    const project = account.addGroup('projects', { name: 'House' });
    const section = account.addGroup('sections', { name: 'Roof', project_id: project.id });
    account.add({
      content: 'Mend the roof',
      description: 'Before the rain.',
      priority: 4,
      labels: ['home', 'urgent'],
      due: {
        date: '2026-03-10T09:30:00Z',
        timezone: 'Europe/London',
        string: '10 Mar',
        lang: 'en',
        is_recurring: false,
      },
      project_id: project.id,
      section_id: section.id,
    });
    expect(await connection.sync()).toEqual({ items_created: 1, items_updated: 0 });
    expect(theItem(connection)).toMatchObject({
      type: 'todoist.task',
      source: 'todoist.tasks',
      source_id: account.tasks[0]?.id,
      properties: {
        title: 'Mend the roof',
        body: 'Before the rain.',
        priority: 4,
        labels: ['home', 'urgent'],
        status: 'open',
        due_at: '2026-03-10T09:30:00.000Z',
        due: { date: '2026-03-10T09:30:00Z', timezone: 'Europe/London' },
        project_id: project.id,
        section_id: section.id,
      },
    });
  });

  it('makes plain tasks of them where the settings say so', async () => {
    await using connection = await aConnection({ target_type: 'core.task' });
    connection.todoist.account.add({ content: 'Mend the roof', labels: ['home'] });
    await connection.sync();
    expect(theItem(connection)).toMatchObject({
      type: 'core.task',
      properties: { title: 'Mend the roof', priority: 1 },
    });
    expect(theItem(connection).properties).not.toHaveProperty('labels');
  });

  it('leaves out what is done, and what is deleted', async () => {
    await using connection = await aConnection();
    const { account } = connection.todoist;
    for (const content of ['done', 'deleted', 'open']) account.add({ content });
    const [done, deleted] = account.tasks;
    account.close(done?.id ?? '');
    account.remove(deleted?.id ?? '');
    await connection.sync();
    expect(theItem(connection).properties.title).toBe('open');
  });

  it.each([
    ['a day', '2026-03-10', '2026-03-10T00:00:00.000Z'],
    ['a time without a zone', '2026-03-10T09:30:00', '2026-03-10T09:30:00.000Z'],
    ['a time without a zone in microseconds', '2026-03-10T09:30:00.000000', '2026-03-10T09:30:00.000Z'],
  ])('takes %s in UTC', async (_what, date, due_at) => {
    await using connection = await aConnection();
    const due = { date, timezone: null, string: date, lang: 'en', is_recurring: false };
    connection.todoist.account.add({ content: 'x', due });
    await connection.sync();
    expect(theItem(connection).properties).toMatchObject({ due_at, due: { date } });
  });

  it('of 3,000 tasks is one call of Todoist, and the next one writes nothing', async () => {
    await using connection = await aConnection();
    for (let index = 0; index < 3000; index += 1) connection.todoist.account.add({ content: `Task ${index}` });
    expect(await connection.sync()).toEqual({ items_created: 3000, items_updated: 0 });
    connection.todoist.forgetSyncTokens();
    expect(await connection.sync()).toEqual({ items_created: 0, items_updated: 0 });
    expect(connection.todoist.calls.map(({ path }) => path)).toEqual(['sync', 'sync', 'sync']);
    expect(JSON.stringify(connection.harness.cursor).length).toBeLessThan(400_000);
  });

  it.each([
    ['words of every script', 'Купить 牛奶 🥛 עם חלב \u202e"quoted" \\ & <b>'],
    ['half of a surrogate pair', 'odd \ud83e end', 'odd \ufffd end'],
    ['a NUL', 'a\u0000b', 'ab'],
  ])('keeps %s', async (_what, content, kept = content) => {
    await using connection = await aConnection();
    connection.todoist.account.add({ content });
    await connection.sync();
    expect(theItem(connection).properties.title).toBe(kept);
    await connection.push();
    expect(connection.writes()).toEqual([]);
  });
});

describe('a later sync', () => {
  it('asks for what has changed, and writes that', async () => {
    await using connection = await aConnection();
    const { account } = connection.todoist;
    for (const content of ['one', 'two']) account.add({ content });
    await connection.sync();
    account.update(account.tasks[0]?.id ?? '', { content: 'one, corrected', description: 'new' });
    account.add({ content: 'three' });
    expect(await connection.sync()).toEqual({ items_created: 1, items_updated: 1 });
    expect(connection.harness.items.map(({ properties }) => properties.title)).toEqual([
      'one, corrected',
      'two',
      'three',
    ]);
    expect(connection.todoist.calls.at(-1)?.body).toMatch(/^sync_token=fake-/);
    expect(await connection.sync()).toEqual({ items_created: 0, items_updated: 0 });
  });

  it('removes what a task does not have any more', async () => {
    await using connection = await aConnection();
    const { account } = connection.todoist;
    const due = { date: '2026-03-10', timezone: null, string: '10 Mar', lang: 'en', is_recurring: false };
    account.add({ content: 'x', description: 'text', labels: ['a'], due });
    await connection.sync();
    account.update(account.tasks[0]?.id ?? '', { description: '', labels: [], due: null });
    await connection.sync();
    const { properties } = theItem(connection);
    expect(properties).toMatchObject({ title: 'x', labels: [] });
    for (const gone of ['body', 'due', 'due_at']) expect(properties).not.toHaveProperty(gone);
  });

  it('completes and opens an item with its task', async () => {
    await using connection = await aConnection();
    const { account } = connection.todoist;
    account.add({ content: 'x' });
    const id = account.tasks[0]?.id ?? '';
    await connection.sync();
    account.close(id);
    await connection.sync();
    expect(theItem(connection).properties).toMatchObject({
      status: 'completed',
      completed_at: new Date(connection.clock.now()).toISOString(),
    });
    account.reopen(id);
    await connection.sync();
    expect(theItem(connection).properties.status).toBe('open');
    expect(theItem(connection).properties).not.toHaveProperty('completed_at');
  });

  it('leaves a status alone that Todoist does not know', async () => {
    await using connection = await aConnection();
    const { account } = connection.todoist;
    account.add({ content: 'x' });
    await connection.sync();
    connection.harness.space.updateItem(theItem(connection).id, { properties: { status: 'in_progress' } });
    await connection.push();
    connection.clock.advance(1000);
    account.update(account.tasks[0]?.id ?? '', { content: 'y' });
    await connection.sync();
    expect(theItem(connection).properties).toMatchObject({ title: 'y', status: 'in_progress' });
  });

  it('follows a recurring task to its next date', async () => {
    await using connection = await aConnection();
    const { account } = connection.todoist;
    const due = { date: '2026-03-05', timezone: null, string: 'every day', lang: 'en', is_recurring: true };
    account.add({ content: 'Water the plants', due });
    await connection.sync();
    account.close(account.tasks[0]?.id ?? '');
    await connection.sync();
    expect(theItem(connection).properties).toMatchObject({ status: 'open', due_at: '2026-03-06T00:00:00.000Z' });
  });

  it('starts over when Todoist has forgotten its token, and asks each missing task what became of it', async () => {
    await using connection = await aConnection();
    const { account } = connection.todoist;
    for (const content of ['open', 'done', 'deleted']) account.add({ content });
    await connection.sync();
    account.close(account.tasks[1]?.id ?? '');
    account.remove(account.tasks[2]?.id ?? '');
    connection.todoist.forgetSyncTokens();
    expect(await connection.sync()).toEqual({ items_created: 0, items_updated: 1 });
    expect(connection.harness.items.map(({ properties }) => properties.status)).toEqual(['open', 'completed', 'open']);
    expect(connection.harness.activities).toMatchObject([{ severity: 'action_required' }]);
  });

  it('changes every item at once when hundreds of tasks have changed', async () => {
    await using connection = await aConnection();
    const { account } = connection.todoist;
    for (let index = 0; index < 250; index += 1) account.add({ content: `Task ${index}` });
    await connection.sync();
    for (const { id, content } of account.tasks) account.update(id, { content: `${content}!` });
    expect(await connection.sync()).toEqual({ items_created: 0, items_updated: 250 });
    expect(connection.harness.items.every(({ properties }) => /!$/.test(String(properties.title)))).toBe(true);
  });

  it('starts over without harm when its cursor is lost or unreadable', async () => {
    await using connection = await aConnection();
    connection.todoist.account.add({ content: 'x' });
    await connection.sync();
    connection.harness.cursor.main = { token: 7, links: 'nonsense', parked: null };
    expect(await connection.sync()).toEqual({ items_created: 0, items_updated: 0 });
    expect(connection.harness.items).toHaveLength(1);
  });

  it('keeps items of the type that they have when the settings name another', async () => {
    await using connection = await aConnection();
    const { account } = connection.todoist;
    account.add({ content: 'x' });
    await connection.sync();
    connection.harness.configure({ target_type: 'core.task' });
    connection.harness.cursor.main = {};
    connection.clock.advance(1000);
    account.update(account.tasks[0]?.id ?? '', { content: 'y' });
    await connection.sync();
    expect(theItem(connection)).toMatchObject({ type: 'todoist.task', properties: { title: 'y' } });
    account.update(account.tasks[0]?.id ?? '', { content: 'z' });
    await connection.sync();
    expect(theItem(connection).properties.title).toBe('z');
  });

  it('writes the others when the space refuses one, tells it once, and tries it again', async () => {
    await using connection = await aConnection();
    const { harness, todoist } = connection;
    for (const content of ['one', 'two', 'three']) todoist.account.add({ content });
    refuseItem(connection, todoist.account.tasks[1]?.id ?? '');
    expect(await connection.sync()).toMatchObject({ items_created: 2 });
    connection.clock.advance(600_000);
    await connection.sync();
    expect(harness.items.map(({ properties }) => properties.title)).toEqual(['one', 'three']);
    expect(harness.activities).toMatchObject([
      { severity: 'warning', summary: '1 task of Todoist refused by the space', detail: { kind: 'partial_write' } },
    ]);
    harness.intercept(null);
    connection.clock.advance(600_000);
    expect(await connection.sync()).toMatchObject({ items_created: 1 });
    expect(harness.activities).toHaveLength(1);
  });
});

/** Has the space refuse bulk writes of one item; the others of the same call are written. */
function refuseItem({ harness }: Connection, source_id: string): void {
  const { marfa } = harness.ctx;
  let isInside = false;
  harness.intercept(async (request) => {
    if (isInside || !request.url.endsWith('/items/bulk')) return undefined;
    const { items } = (await request.clone().json()) as { items: Parameters<typeof marfa.createItem>[0][] };
    const kept = items.filter((item) => item.source_id !== source_id);
    isInside = true;
    const { counts, results } = await marfa.bulkUpsert(kept, { atomic: false });
    isInside = false;
    const error = { code: 'forbidden', message: 'not from this source' };
    const rows = items.map((item, index) => {
      const row = results[kept.indexOf(item)];
      return row ? { ...row, index } : { index, outcome: 'errored', error };
    });
    return Response.json({ counts: { ...counts, errored: items.length - kept.length }, results: rows });
  });
}

describe('a deletion in Todoist', () => {
  it.each([
    ['prompt-user', 'active', 1],
    ['state-trashed', 'trashed', 0],
    ['ignore', 'active', 0],
  ] as const)('as %s leaves the item %s', async (tombstoneMapping, state, prompts) => {
    await using connection = await aConnection({ tombstoneMapping });
    const { account } = connection.todoist;
    account.add({ content: 'Mend the roof' });
    await connection.sync();
    const item = theItem(connection);
    account.remove(account.tasks[0]?.id ?? '');
    await connection.sync();
    expect(theItem(connection).state).toBe(state);
    expect(connection.harness.activities).toHaveLength(prompts);
    if (prompts > 0)
      expect(connection.harness.activities).toMatchObject([
        {
          severity: 'action_required',
          summary: expect.stringContaining('"Mend the roof" was deleted in Todoist'),
          detail: { kind: 'tombstone_prompt', item_id: item.id, external_id: account.tasks[0]?.id },
        },
      ]);
    connection.todoist.forgetSyncTokens();
    connection.clock.advance(DAY_MS);
    await connection.sync();
    expect(connection.harness.activities).toHaveLength(prompts);
    expect(connection.harness.items).toHaveLength(1);
  });

  it('is what the manifest says when nothing else is', async () => {
    await using connection = await aConnection();
    connection.todoist.account.add({ content: 'x' });
    await connection.sync();
    connection.todoist.account.remove(connection.todoist.account.tasks[0]?.id ?? '');
    await connection.sync();
    expect(connection.harness.activities).toMatchObject([{ severity: 'action_required' }]);
  });

  it('asks nobody about an item that is in the trash already', async () => {
    await using connection = await aConnection();
    connection.todoist.account.add({ content: 'x' });
    await connection.sync();
    connection.harness.space.transitionItem(theItem(connection).id, 'trashed');
    connection.todoist.account.remove(connection.todoist.account.tasks[0]?.id ?? '');
    await connection.sync();
    await connection.push();
    expect(connection.harness.activities).toEqual([]);
    expect(connection.writes()).toEqual([]);
  });

  it('of an item that is changed afterwards makes no new task', async () => {
    await using connection = await aConnection();
    const { account } = connection.todoist;
    account.add({ content: 'x' });
    await connection.sync();
    account.remove(account.tasks[0]?.id ?? '');
    await connection.sync();
    connection.harness.space.updateItem(theItem(connection).id, { properties: { title: 'y' } });
    await connection.push();
    expect(connection.writes()).toEqual([]);
  });
});
