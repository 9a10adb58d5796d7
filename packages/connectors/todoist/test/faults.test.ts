import { describe, expect, it } from 'vitest';
import { aConnection, type Connection, theItem, theTask } from './support/a-connection.ts';

const MINUTE_MS = 60_000;

/** Has an item that waits to go out. */
function aWaitingItem({ harness }: Connection, title = 'x') {
  return harness.space.createItem({ type: 'todoist.task', properties: { title } });
}

describe('an answer of Todoist that is none', () => {
  it.each([
    ['rate-limited', { retry: true, reason: 'Todoist asks for a pause (HTTP 429).', retry_after_seconds: 42 }],
    ['server-error', { retry: true, reason: 'Todoist could not answer (HTTP 500).' }],
    ['unavailable', { retry: true, reason: 'Todoist could not answer (HTTP 503).' }],
    ['cut', { retry: true, reason: 'Todoist did not answer.' }],
    ['html', { retry: true, reason: 'Todoist answered with text/html in place of JSON.' }],
    ['empty', { retry: true, reason: 'Todoist answered with an empty body.' }],
    ['truncated', { retry: true, reason: 'Todoist answered with JSON that breaks off.' }],
    ['wrong-types', { retry: true, reason: 'Todoist answered in another shape than it documents.' }],
    ['forbidden', { retry: false, reason: expect.stringContaining('(HTTP 403)') }],
    ['gone', { retry: false, reason: expect.stringContaining('(HTTP 410)') }],
    ['unauthorized', { retry: false, reason: expect.stringContaining('Supply a new API token.') }],
  ] as const)('(%s) ends a sync and keeps its place', async (fault, result) => {
    await using connection = await aConnection();
    const { account } = connection.todoist;
    account.add({ content: 'one' });
    await connection.sync();
    account.add({ content: 'two' });
    const before = structuredClone(connection.harness.cursor);
    connection.todoist.failNext(fault);
    expect((await connection.harness.runSchedule()).result).toEqual({ ok: false, ...result });
    expect(connection.harness.cursor).toEqual(before);
    connection.harness.upstream.reauthorize(connection.todoist.token);
    expect(await connection.sync()).toEqual({ items_created: 1, items_updated: 0 });
  });

  it.each([
    'rate-limited',
    'server-error',
    'unavailable',
    'cut',
    'html',
    'empty',
    'truncated',
    'cut-after-commit',
  ] as const)('(%s) on the way out is tried again, and what was to go out goes once', async (fault) => {
    await using connection = await aConnection();
    aWaitingItem(connection);
    connection.todoist.failNext(fault, { path: /^sync$/ });
    const runs = await connection.harness.drain();
    expect(runs.map(({ result }) => result.ok)).toEqual([false, true]);
    expect(await connection.sync()).toEqual({ items_created: 0, items_updated: 0 });
    expect([theTask(connection).content, theItem(connection).properties.title]).toEqual(['x', 'x']);
  });

  it('on the way out loses nothing that is changed until the retry', async () => {
    await using connection = await aConnection();
    const item = aWaitingItem(connection);
    for (const fault of ['cut', 'cut-after-commit'] as const) connection.todoist.failNext(fault, { path: /^sync$/ });
    for (const title of ['y', 'z']) {
      await connection.harness.deliverItemEvent(item);
      connection.clock.advance(MINUTE_MS);
      connection.harness.space.updateItem(item.id, { properties: { title } });
      connection.clock.advance(MINUTE_MS);
    }
    await connection.push();
    await connection.sync();
    expect([theTask(connection).content, theItem(connection).properties.title]).toEqual(['z', 'z']);
  });

  it('to a repeated creation may say that it was done already', async () => {
    await using connection = await aConnection();
    connection.todoist.answerRepeatsWith('already-processed');
    aWaitingItem(connection);
    connection.todoist.failNext('cut-after-commit', { path: /^sync$/ });
    await connection.harness.drain();
    expect(theTask(connection).content).toBe('x');
    expect(await connection.sync()).toEqual({ items_created: 0, items_updated: 0 });
  });

  it('to a creation may ask for a pause in the command alone', async () => {
    await using connection = await aConnection();
    const item = aWaitingItem(connection);
    connection.todoist.refuseNextCommand('item_add', {
      error: 'Too many requests',
      error_code: 35,
      error_tag: 'LIMITS_REACHED',
      http_code: 429,
      error_extra: { retry_after: 30 },
    });
    const { result } = await connection.harness.deliverItemEvent(item, 'created');
    expect(result).toMatchObject({ ok: false, retry: true, retry_after_seconds: 30 });
    await connection.push();
    expect(theTask(connection).content).toBe('x');
  });

  it.each(['rate-limited', 'server-error', 'cut', 'html', 'empty', 'truncated', 'cut-after-commit'] as const)(
    '(%s) in each step of an update and a close is made up for',
    async (fault) => {
      await using connection = await aConnection();
      connection.todoist.account.add({ content: 'x' });
      await connection.sync();
      connection.clock.advance(MINUTE_MS);
      const properties = { title: 'y', status: 'completed' };
      connection.harness.space.updateItem(theItem(connection).id, { properties });
      const { id } = theTask(connection);
      for (const path of [/^tasks\/\w+$/, /^tasks\/\w+$/, /close$/]) connection.todoist.failNext(fault, { path });
      await connection.harness.drain();
      expect(theTask(connection)).toMatchObject({ id, content: 'y', checked: true });
      connection.clock.advance(20 * MINUTE_MS);
      expect((await connection.harness.runSchedule()).result).toEqual({ ok: true });
      expect(theItem(connection).properties).toMatchObject(properties);
    },
  );

  it('(403) on the way out tells the person, and the other items go', async () => {
    await using connection = await aConnection();
    const refused = aWaitingItem(connection, 'refused');
    aWaitingItem(connection, 'taken');
    connection.todoist.failNext('forbidden', { path: /^sync$/ });
    const runs = await connection.harness.drain();
    expect(
      runs.map(({ message, result }) => [message.kind === 'item-event' && message.item_id === refused.id, result.ok]),
    ).toEqual([
      [true, false],
      [false, true],
    ]);
    expect(theTask(connection).content).toBe('taken');
  });

  it('(404) to a task that is to be deleted is as good as done', async () => {
    await using connection = await aConnection();
    connection.todoist.account.add({ content: 'x' });
    await connection.sync();
    connection.harness.space.transitionItem(theItem(connection).id, 'trashed');
    connection.todoist.failNext('gone', { path: /^tasks/ });
    await connection.push();
    expect(connection.writes()).toHaveLength(1);
  });

  it('that is slow is waited for', async () => {
    await using connection = await aConnection();
    connection.todoist.account.add({ content: 'x'.repeat(400) });
    connection.todoist.failNext('slow');
    const run = connection.harness.runSchedule();
    await expect.poll(() => connection.todoist.hanging).toBe(1);
    connection.todoist.release();
    expect((await run).items_created).toBe(1);
  });

  it('that never comes ends with the run', async () => {
    await using connection = await aConnection();
    connection.todoist.failNext('hang');
    const run = connection.harness.runSchedule();
    await expect.poll(() => connection.todoist.hanging).toBe(1);
    connection.clock.advance(120_000);
    expect((await run).result).toMatchObject({ ok: false, retry: true });
  });
});

describe('a token that is not good any more', () => {
  it('is for a person to replace, and its connector never sees it', async () => {
    await using connection = await aConnection({ token: 'canary-token' });
    for (const _attempt of [1, 2]) {
      expect((await connection.harness.runSchedule()).result).toMatchObject({ ok: false, retry: false });
    }
    expect(connection.todoist.calls).toHaveLength(1);
    expect(connection.harness.activities).toMatchObject([
      { severity: 'action_required', detail: { kind: 'token_rejected' } },
    ]);
    connection.harness.upstream.reauthorize(connection.todoist.token);
    await connection.sync();
    const { logs, activities, cursor, upstream } = connection.harness;
    expect(JSON.stringify([logs, activities, cursor, upstream.calls])).not.toContain('canary-token');
  });
});

describe('a task that cannot be read', () => {
  it('stops none of the others, and is told', async () => {
    await using connection = await aConnection();
    const good = { id: '6Xgood', content: 'good' };
    answerSyncWith(connection, [
      null,
      7,
      'task',
      [],
      {},
      { id: '6Xa' },
      { id: '', content: 'no id' },
      { id: '6Xb', content: 7 },
      { id: '6Xc', content: 'x', checked: 'yes' },
      { id: '6Xd', content: 'x', is_deleted: 'no' },
      { id: 'x'.repeat(2000), content: 'long' },
      good,
    ]);
    expect(await connection.sync()).toEqual({ items_created: 1, items_updated: 0 });
    expect(theItem(connection)).toMatchObject({ source_id: '6Xgood', properties: { title: 'good' } });
    expect(connection.harness.activities).toMatchObject([
      { severity: 'warning', summary: '11 tasks of Todoist left out: not readable' },
    ]);
  });

  it('in part keeps what the item has of that part', async () => {
    await using connection = await aConnection();
    connection.todoist.account.add({ content: 'x', description: 'text', priority: 4, labels: ['a'] });
    await connection.sync();
    const { id } = theTask(connection);
    const due = { date: 'tomorrow' };
    answerSyncWith(connection, [
      {
        id,
        content: 'y',
        description: null,
        priority: 9,
        labels: 'a',
        due,
        project_id: 5,
        completed_at: {},
        updated_at: 3,
      },
    ]);
    await connection.sync();
    expect(theItem(connection).properties).toMatchObject({ title: 'y', body: 'text', priority: 4, labels: ['a'] });
  });

  it('twice in one answer counts as it was last', async () => {
    await using connection = await aConnection();
    answerSyncWith(connection, [
      { id: '6Xa', content: 'first' },
      { id: '6Xa', content: 'last' },
      { id: 7, content: 'a number for an id', checked: 0, is_deleted: 0 },
    ]);
    expect(await connection.sync()).toEqual({ items_created: 2, items_updated: 0 });
    expect(connection.harness.items.map(({ source_id, properties }) => [source_id, properties.title])).toEqual([
      ['6Xa', 'last'],
      ['7', 'a number for an id'],
    ]);
  });
});

/** Has the next sync bring these in place of what there is. */
function answerSyncWith({ harness }: Connection, items: unknown[]): void {
  harness.intercept((request) => {
    if (!request.url.endsWith('/proxy/api/v1/sync')) return undefined;
    harness.intercept(null);
    return Response.json({ sync_token: 'next', full_sync: false, items });
  });
}

describe('a run that is cut off', () => {
  it('after a task was made links it, and makes no second one', async () => {
    await using connection = await aConnection();
    const item = aWaitingItem(connection);
    await connection.harness.deliverItemEvent(item, 'created', { crashAtEnd: true });
    expect(connection.harness.cursor).toEqual({});
    await connection.push();
    expect(theTask(connection).content).toBe('x');
    expect(await connection.sync()).toEqual({ items_created: 0, items_updated: 0 });
    expect(theItem(connection).id).toBe(item.id);
  });

  it('after a task was made knows it in a sync that comes before the retry', async () => {
    await using connection = await aConnection();
    const item = aWaitingItem(connection);
    await connection.harness.deliverItemEvent(item, 'created', { crashAtEnd: true });
    expect((await connection.sync()).items_created).toBe(0);
    expect(theItem(connection).id).toBe(item.id);
    await connection.push();
    expect(theTask(connection).content).toBe('x');
    expect(connection.writes()).toEqual(['POST sync commands', 'POST sync commands']);
  });

  it('after a task was made reads nothing before it knows which task that was', async () => {
    await using connection = await aConnection();
    const item = aWaitingItem(connection);
    await connection.harness.deliverItemEvent(item, 'created', { crashAtEnd: true });
    connection.todoist.failNext('server-error', { path: /^sync$/ });
    expect((await connection.harness.runSchedule()).result).toMatchObject({ ok: false, retry: true });
    expect(theItem(connection).id).toBe(item.id);
    expect(await connection.sync()).toEqual({ items_created: 0, items_updated: 0 });
  });

  it('after a first sync finds what became of the tasks that it had written', async () => {
    await using connection = await aConnection();
    const { account } = connection.todoist;
    for (const content of ['done', 'deleted', 'open']) account.add({ content });
    await connection.harness.runSchedule({ crashAtEnd: true });
    account.close(account.tasks[0]?.id ?? '');
    account.remove(account.tasks[1]?.id ?? '');
    await connection.sync();
    expect(connection.harness.items.map(({ properties }) => properties.status)).toEqual(['completed', 'open', 'open']);
    expect(connection.harness.activities).toMatchObject([{ detail: { item_id: connection.harness.items[1]?.id } }]);
  });

  it('after a first sync leaves a task alone whose item was trashed and has been made again', async () => {
    await using connection = await aConnection();
    connection.todoist.account.add({ content: 'x' });
    await connection.harness.runSchedule({ crashAtEnd: true });
    connection.harness.space.transitionItem(theItem(connection).id, 'trashed');
    await connection.sync();
    await connection.push();
    expect(theTask(connection).content).toBe('x');
    expect(connection.harness.items.map(({ state }) => state)).toEqual(['trashed', 'active']);
  });

  it('after a task was made takes what was changed there until the retry', async () => {
    await using connection = await aConnection();
    const item = aWaitingItem(connection);
    await connection.harness.deliverItemEvent(item, 'created', { crashAtEnd: true });
    connection.clock.advance(MINUTE_MS);
    connection.todoist.account.update(theTask(connection).id, { content: 'there' });
    await connection.push();
    connection.clock.advance(11 * MINUTE_MS);
    await connection.sync();
    connection.clock.advance(11 * MINUTE_MS);
    await connection.sync();
    expect([theTask(connection).content, theItem(connection).properties.title]).toEqual(['there', 'there']);
  });

  it('after a task was made deletes it when its item has gone meanwhile', async () => {
    await using connection = await aConnection();
    const item = aWaitingItem(connection);
    await connection.harness.deliverItemEvent(item, 'created', { crashAtEnd: true });
    connection.harness.space.purgeItem(item.id);
    await connection.push();
    expect(connection.todoist.account.tasks.map(({ is_deleted }) => is_deleted)).toEqual([true]);
    await connection.sync();
    expect(connection.harness.items).toEqual([]);
  });

  it('after an update and a close does them no second time', async () => {
    await using connection = await aConnection();
    connection.todoist.account.add({ content: 'x' });
    await connection.sync();
    connection.clock.advance(MINUTE_MS);
    const item = connection.harness.space.updateItem(theItem(connection).id, {
      properties: { title: 'y', status: 'completed' },
    });
    await connection.harness.deliverItemEvent(item, 'updated', { crashAtEnd: true });
    await connection.push();
    expect(connection.writes()).toHaveLength(2);
    expect(theTask(connection)).toMatchObject({ content: 'y', checked: true });
    expect(await connection.sync()).toEqual({ items_created: 0, items_updated: 0 });
  });

  it('after items were written reads them again, and writes them no second time', async () => {
    await using connection = await aConnection();
    for (const content of ['one', 'two']) connection.todoist.account.add({ content });
    await connection.harness.runSchedule({ crashAtEnd: true });
    expect(connection.harness.cursor).toEqual({});
    expect(await connection.sync()).toEqual({ items_created: 0, items_updated: 0 });
    expect(connection.harness.items).toHaveLength(2);
  });

  it('by an outage of the space keeps its place', async () => {
    await using connection = await aConnection();
    connection.todoist.account.add({ content: 'x' });
    connection.harness.intercept(({ url }) =>
      url.endsWith('/items/bulk')
        ? Response.json({ error: { code: 'storage_unavailable', message: 'no' } }, { status: 503 })
        : undefined,
    );
    expect((await connection.harness.runSchedule()).result).toMatchObject({ ok: false, retry: true });
    expect(connection.harness.cursor).toEqual({});
    connection.harness.intercept(null);
    expect(await connection.sync()).toEqual({ items_created: 1, items_updated: 0 });
  });
});
