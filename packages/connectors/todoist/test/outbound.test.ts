import { describe, expect, it } from 'vitest';
import { aConnection, theItem, theTask } from './support/a-connection.ts';

const MINUTE_MS = 60_000;

describe('an item that a person makes', () => {
  it('becomes a task with all that the item says', async () => {
    await using connection = await aConnection();
    const project = connection.todoist.account.addGroup('projects', { name: 'House' });
    connection.harness.space.createItem({
      type: 'todoist.task',
      properties: {
        title: 'Mend the roof 🛠',
        body: 'Before the rain.',
        priority: 3,
        labels: ['home'],
        due_at: '2026-03-10T11:30:00+02:00',
        project_id: project.id,
      },
    });
    await connection.push();
    expect(theTask(connection)).toMatchObject({
      content: 'Mend the roof 🛠',
      description: 'Before the rain.',
      priority: 3,
      labels: ['home'],
      due: { date: '2026-03-10T09:30:00Z' },
      project_id: project.id,
      checked: false,
    });
  });

  it('comes back in the next sync and changes nothing, nor ever after', async () => {
    await using connection = await aConnection();
    const item = connection.harness.space.createItem({
      type: 'todoist.task',
      properties: { title: 'x', due_at: '2026-03-10T00:00:00Z' },
    });
    await connection.push();
    for (const minutes of [0, 1, 5, 20, 60]) {
      connection.clock.advance(minutes * MINUTE_MS);
      expect(await connection.sync()).toEqual({ items_created: 0, items_updated: 0 });
    }
    connection.todoist.forgetSyncTokens();
    expect(await connection.sync()).toEqual({ items_created: 0, items_updated: 0 });
    expect(theItem(connection)).toEqual(item);
    expect(theTask(connection).due?.date).toBe('2026-03-10');
    expect(connection.writes()).toEqual(['POST sync commands']);
  });

  it('is known by its echo where its link was lost', async () => {
    await using connection = await aConnection();
    connection.harness.space.createItem({ type: 'todoist.task', properties: { title: 'x' } });
    await connection.push();
    await connection.sync();
    connection.todoist.forgetSyncTokens();
    connection.harness.cursor.main = { ...(connection.harness.cursor.main as object), links: [] };
    for (const minutes of [1, 11]) {
      connection.clock.advance(minutes * MINUTE_MS);
      expect(await connection.sync()).toEqual({ items_created: 0, items_updated: 0 });
    }
  });

  it('follows its task from then on', async () => {
    await using connection = await aConnection();
    connection.harness.space.createItem({ type: 'todoist.task', properties: { title: 'x' } });
    await connection.push();
    connection.clock.advance(20 * MINUTE_MS);
    const { account } = connection.todoist;
    account.update(theTask(connection).id, { content: 'y' });
    account.close(theTask(connection).id);
    expect(await connection.sync()).toEqual({ items_created: 0, items_updated: 1 });
    expect(theItem(connection)).toMatchObject({
      source: 'person.app',
      properties: { title: 'y', status: 'completed' },
    });
    account.remove(theTask(connection).id);
    await connection.sync();
    expect(connection.harness.activities).toMatchObject([{ detail: { item_id: theItem(connection).id } }]);
  });

  it.each([
    ['of another type than the settings name', { type: 'core.task', properties: { title: 'x' } }],
    ['that is done already', { type: 'todoist.task', properties: { title: 'x', status: 'completed' } }],
  ] as const)('%s stays in the space', async (_what, input) => {
    await using connection = await aConnection();
    connection.harness.space.createItem(input);
    await connection.push();
    expect(connection.todoist.calls).toEqual([]);
  });

  it('as a plain task goes out where the settings say so', async () => {
    await using connection = await aConnection({ target_type: 'core.task' });
    connection.harness.space.createItem({ type: 'core.task', properties: { title: 'x' } });
    await connection.push();
    expect(theTask(connection).content).toBe('x');
    expect(await connection.sync()).toEqual({ items_created: 0, items_updated: 0 });
  });

  it('through another Todoist connection stays out of this account', async () => {
    await using connection = await aConnection();
    const input = { type: 'todoist.task', source_id: '6Xother', properties: { title: 'x' } } as const;
    connection.harness.space.createItem(input, { source: 'todoist.tasks-ab12' });
    await connection.push();
    expect(connection.todoist.calls).toEqual([]);
  });

  it.each([
    ['without a title', { title: '   ' }, /without a title/],
    ['with a title that is too long', { title: 'x'.repeat(501) }, /longer than the 500 characters/],
    ['with a text that is too long', { title: 'x', body: 'y'.repeat(16_384) }, /longer than the 16383 characters/],
  ])('%s is told why it cannot go', async (_what, properties, reason) => {
    await using connection = await aConnection();
    const item = connection.harness.space.createItem({ type: 'todoist.task', properties });
    const { result } = await connection.harness.deliverItemEvent(item, 'created');
    expect(result).toEqual({ ok: false, retry: false, reason: expect.stringMatching(reason) });
    expect(connection.todoist.calls).toEqual([]);
  });

  it('that Todoist refuses is told so, and may be mended', async () => {
    await using connection = await aConnection();
    const item = connection.harness.space.createItem({
      type: 'todoist.task',
      properties: { title: 'x', project_id: 'no-such' },
    });
    const { result } = await connection.harness.deliverItemEvent(item, 'created');
    expect(result).toEqual({
      ok: false,
      retry: false,
      reason: 'Todoist did not take a new task. Project not found.',
    });
    await connection.harness.drain();
    connection.harness.space.updateItem(item.id, { properties: { project_id: null } });
    await connection.push();
    expect(theTask(connection).content).toBe('x');
  });
});

describe('an item that a person changes', () => {
  it('changes its task, and in it what is different', async () => {
    await using connection = await aConnection();
    connection.todoist.account.add({ content: 'x', description: 'text', labels: ['a'], priority: 2 });
    await connection.sync();
    connection.clock.advance(MINUTE_MS);
    connection.harness.space.updateItem(theItem(connection).id, {
      properties: { title: 'y', due_at: '2026-03-10T09:30:00Z', labels: ['b', 'a'] },
    });
    await connection.push();
    const { id } = theTask(connection);
    expect(connection.writes()).toEqual([
      `POST tasks/${id} {"content":"y","labels":["b","a"],"due_datetime":"2026-03-10T09:30:00Z"}`,
    ]);
    expect(await connection.sync()).toEqual({ items_created: 0, items_updated: 0 });
    connection.clock.advance(20 * MINUTE_MS);
    expect(await connection.sync()).toEqual({ items_created: 0, items_updated: 0 });
    expect(theItem(connection).properties).toMatchObject({ title: 'y', body: 'text' });
  });

  it('empties its task where it is emptied', async () => {
    await using connection = await aConnection();
    const due = { date: '2026-03-10', timezone: null, string: '10 Mar', lang: 'en', is_recurring: false };
    connection.todoist.account.add({ content: 'x', description: 'text', due });
    await connection.sync();
    connection.clock.advance(MINUTE_MS);
    connection.harness.space.updateItem(theItem(connection).id, { properties: { body: null, due_at: null } });
    await connection.push();
    expect(theTask(connection)).toMatchObject({ content: 'x', description: '', due: null });
  });

  it('closes and opens its task', async () => {
    await using connection = await aConnection();
    connection.todoist.account.add({ content: 'x' });
    await connection.sync();
    const { id } = theItem(connection);
    connection.harness.space.updateItem(id, { properties: { status: 'completed' } });
    await connection.push();
    expect(theTask(connection).checked).toBe(true);
    await connection.sync();
    connection.harness.space.updateItem(id, { properties: { status: 'open' } });
    await connection.push();
    expect(theTask(connection).checked).toBe(false);
    expect(await connection.sync()).toEqual({ items_created: 0, items_updated: 0 });
    expect(connection.writes()).toEqual([
      `POST tasks/${theTask(connection).id}/close`,
      `POST tasks/${theTask(connection).id}/reopen`,
    ]);
  });

  it('is opened again with the next date of a recurring task that it completed, once that can be trusted', async () => {
    await using connection = await aConnection();
    const due = { date: '2026-03-05', timezone: null, string: 'every day', lang: 'en', is_recurring: true };
    connection.todoist.account.add({ content: 'Water the plants', due });
    await connection.sync();
    connection.harness.space.updateItem(theItem(connection).id, { properties: { status: 'completed' } });
    await connection.push();
    await connection.sync();
    expect(theItem(connection).properties.status).toBe('completed');
    connection.clock.advance(11 * MINUTE_MS);
    await connection.sync();
    expect(theItem(connection).properties).toMatchObject({ status: 'open', due_at: '2026-03-06T00:00:00.000Z' });
  });

  it('sends nothing when nothing of it goes out', async () => {
    await using connection = await aConnection();
    connection.todoist.account.add({ content: 'x' });
    await connection.sync();
    connection.harness.space.updateItem(theItem(connection).id, {
      properties: { mood: 'good', status: 'in_progress' },
    });
    connection.harness.space.transitionItem(theItem(connection).id, 'archived');
    await connection.push();
    expect(connection.writes()).toEqual([]);
    expect(connection.todoist.calls).toHaveLength(1);
  });

  it('gives way to a later change there', async () => {
    await using connection = await aConnection();
    connection.todoist.account.add({ content: 'x' });
    await connection.sync();
    connection.clock.advance(MINUTE_MS);
    connection.harness.space.updateItem(theItem(connection).id, { properties: { title: 'here' } });
    connection.clock.advance(MINUTE_MS);
    connection.todoist.account.update(theTask(connection).id, { content: 'there' });
    await connection.push();
    await connection.sync();
    expect([theTask(connection).content, theItem(connection).properties.title]).toEqual(['there', 'there']);
  });

  it.each([['push first'], ['sync first']])('wins over an earlier change there (%s)', async (order) => {
    await using connection = await aConnection();
    connection.todoist.account.add({ content: 'x' });
    await connection.sync();
    connection.clock.advance(MINUTE_MS);
    connection.todoist.account.update(theTask(connection).id, { content: 'there' });
    connection.clock.advance(MINUTE_MS);
    connection.harness.space.updateItem(theItem(connection).id, { properties: { title: 'here' } });
    if (order === 'sync first') await connection.sync();
    await connection.push();
    await connection.sync();
    expect([theTask(connection).content, theItem(connection).properties.title]).toEqual(['here', 'here']);
  });

  it('changes a task that was completed there, and gets that', async () => {
    await using connection = await aConnection();
    connection.todoist.account.add({ content: 'x' });
    await connection.sync();
    connection.clock.advance(MINUTE_MS);
    connection.todoist.account.close(theTask(connection).id);
    connection.clock.advance(MINUTE_MS);
    connection.harness.space.updateItem(theItem(connection).id, { properties: { title: 'y' } });
    await connection.push();
    await connection.sync();
    connection.clock.advance(11 * MINUTE_MS);
    await connection.sync();
    expect(theTask(connection)).toMatchObject({ content: 'y', checked: true });
    expect(theItem(connection).properties).toMatchObject({ title: 'y', status: 'completed' });
  });

  it('closes a task that was changed there, and gets that change', async () => {
    await using connection = await aConnection();
    connection.todoist.account.add({ content: 'x' });
    await connection.sync();
    connection.clock.advance(MINUTE_MS);
    connection.todoist.account.update(theTask(connection).id, { content: 'there' });
    connection.clock.advance(MINUTE_MS);
    connection.harness.space.updateItem(theItem(connection).id, { properties: { status: 'completed' } });
    await connection.push();
    await connection.sync();
    connection.clock.advance(11 * MINUTE_MS);
    await connection.sync();
    expect(theTask(connection)).toMatchObject({ content: 'there', checked: true });
    expect(theItem(connection).properties).toMatchObject({ title: 'there', status: 'completed' });
  });
});

describe('an item that goes', () => {
  it.each([
    ['to the trash', 'trash'],
    ['for good', 'purge'],
  ])('%s takes its task along, once', async (_what, how) => {
    await using connection = await aConnection();
    connection.todoist.account.add({ content: 'x' });
    await connection.sync();
    const { id } = theItem(connection);
    if (how === 'trash') connection.harness.space.transitionItem(id, 'trashed');
    else connection.harness.space.purgeItem(id);
    await connection.push();
    expect(connection.todoist.account.tasks.map(({ is_deleted }) => is_deleted)).toEqual([true]);
    await connection.harness.deliverItemEvent(id, 'deleted');
    await connection.sync();
    expect(connection.writes()).toHaveLength(1);
    expect(connection.harness.activities).toEqual([]);
    expect(connection.harness.items).toHaveLength(how === 'trash' ? 1 : 0);
  });

  it('and comes back gets another task, and follows that', async () => {
    await using connection = await aConnection();
    connection.todoist.account.add({ content: 'x' });
    await connection.sync();
    const { id } = theItem(connection);
    connection.harness.space.transitionItem(id, 'trashed');
    await connection.push();
    await connection.sync();
    connection.harness.space.transitionItem(id, 'active');
    await connection.push();
    expect(theTask(connection).content).toBe('x');
    connection.clock.advance(20 * MINUTE_MS);
    connection.todoist.account.update(theTask(connection).id, { content: 'y' });
    expect(await connection.sync()).toEqual({ items_created: 0, items_updated: 1 });
    expect(theItem(connection).properties.title).toBe('y');
  });

  it('whose task has gone already is no matter', async () => {
    await using connection = await aConnection();
    connection.todoist.account.add({ content: 'x' });
    await connection.sync();
    connection.todoist.account.remove(theTask(connection).id);
    connection.harness.space.transitionItem(theItem(connection).id, 'trashed');
    await connection.push();
    await connection.sync();
    expect(connection.harness.activities).toEqual([]);
  });
});
