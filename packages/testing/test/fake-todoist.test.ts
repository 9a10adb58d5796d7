import { afterEach, describe, expect, it } from 'vitest';
import { createTestClock, type FakeTodoist, type SyncCommand, startFakeTodoist, todoistRefusal } from '../src/index.ts';

const running: FakeTodoist[] = [];
afterEach(() => Promise.all(running.splice(0).map((todoist) => todoist.close())));

async function aTodoist() {
  const todoist = await startFakeTodoist({ now: createTestClock().now });
  running.push(todoist);
  const call = async (method: string, path: string, body?: URLSearchParams | object, token = todoist.token) => {
    const response = await fetch(`${todoist.url}/api/v1/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body ? { body: body instanceof URLSearchParams ? body : JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    return { status: response.status, text, headers: response.headers };
  };
  return {
    todoist,
    call,
    async read(sync_token: string, resource_types = '["items"]') {
      const { text } = await call('POST', 'sync', new URLSearchParams({ sync_token, resource_types }));
      return JSON.parse(text);
    },
    async write(...commands: SyncCommand[]) {
      const { text } = await call('POST', 'sync', new URLSearchParams({ commands: JSON.stringify(commands) }));
      return JSON.parse(text);
    },
  };
}

const anAddition = (uuid: string, args: Record<string, unknown>): SyncCommand => ({
  type: 'item_add',
  uuid,
  temp_id: `temp-${uuid}`,
  args,
});

describe('reading by a sync token', () => {
  it('gives everything that is open first, and then what has changed, deletions included', async () => {
    const { todoist, read } = await aTodoist();
    for (const content of ['one', 'two', 'three']) todoist.account.add({ content });
    const [one, two, three] = todoist.account.tasks;
    todoist.account.close(three?.id ?? '');
    const full = await read('*');
    expect(full).toMatchObject({ full_sync: true, items: [{ content: 'one' }, { content: 'two' }] });
    expect(full.items).toHaveLength(2);
    todoist.account.remove(one?.id ?? '');
    todoist.account.close(two?.id ?? '');
    const next = await read(full.sync_token);
    expect(next.full_sync).toBe(false);
    expect(next.items).toMatchObject([
      { id: one?.id, is_deleted: true },
      { id: two?.id, checked: true },
    ]);
    expect((await read(next.sync_token)).items).toEqual([]);
  });

  it('gives the kinds that are asked for', async () => {
    const { todoist, read } = await aTodoist();
    todoist.account.addGroup('labels', { name: 'home' });
    expect(Object.keys(await read('*', '["labels","projects"]')).sort()).toEqual(
      ['full_sync', 'labels', 'projects', 'sync_token', 'temp_id_mapping'].sort(),
    );
  });

  it('refuses a token that it has forgotten', async () => {
    const { todoist, read } = await aTodoist();
    const { sync_token } = await read('*');
    todoist.forgetSyncTokens();
    expect(await read(sync_token)).toMatchObject({ error_tag: 'SYNC_TOKEN_INVALID', http_code: 400 });
    expect(await read('*')).toMatchObject({ full_sync: true });
  });
});

describe('commands', () => {
  it('tell what became of each, and temporary ids hold within a request', async () => {
    const { todoist, write } = await aTodoist();
    const answer = await write(
      { type: 'project_add', uuid: 'p', temp_id: 'temp-p', args: { name: 'House' } },
      anAddition('a', { content: 'Mend the roof', project_id: 'temp-p', due: { date: '2026-03-10T09:30:00.000Z' } }),
      anAddition('b', { content: '' }),
    );
    expect(answer.sync_status).toMatchObject({
      p: 'ok',
      a: 'ok',
      b: { http_code: 400, error_extra: { argument: 'content' } },
    });
    const [task] = todoist.account.tasks;
    expect(answer.temp_id_mapping['temp-a']).toBe(task?.id);
    expect(task).toMatchObject({ project_id: answer.temp_id_mapping['temp-p'], due: { date: '2026-03-10T09:30:00Z' } });
  });

  it('are done once for each uuid, and tell the same task again', async () => {
    const { todoist, write } = await aTodoist();
    const first = await write(anAddition('a', { content: 'x' }));
    expect(await write(anAddition('a', { content: 'other' }))).toEqual(first);
    todoist.answerRepeatsWith('already-processed');
    const third = await write(anAddition('a', { content: 'other' }));
    expect(third.sync_status.a).toMatchObject({ error_tag: 'ALREADY_PROCESSED', error_code: 37 });
    expect(third.temp_id_mapping).toEqual(first.temp_id_mapping);
    expect(todoist.account.tasks).toHaveLength(1);
  });

  it('may be refused by a test, and done when they come again', async () => {
    const { todoist, write } = await aTodoist();
    todoist.refuseNextCommand('item_add', todoistRefusal('LIMITS_REACHED', 'Too many', { http_code: 429 }));
    expect((await write(anAddition('a', { content: 'x' }))).sync_status.a).toMatchObject({ http_code: 429 });
    expect((await write(anAddition('a', { content: 'x' }))).sync_status.a).toBe('ok');
  });
});

describe('tasks over REST', () => {
  it('are read, changed, closed, opened and deleted', async () => {
    const { todoist, call } = await aTodoist();
    const id = JSON.parse((await call('POST', 'tasks', { content: 'x', due_date: '2026-03-10' })).text).id;
    expect((await call('POST', `tasks/${id}`, { priority: 4, due_string: 'no date' })).status).toBe(200);
    expect((await call('POST', `tasks/${id}/close`)).status).toBe(204);
    expect(JSON.parse((await call('GET', `tasks/${id}`)).text)).toMatchObject({
      priority: 4,
      due: null,
      checked: true,
    });
    await call('POST', `tasks/${id}/reopen`);
    expect(todoist.account.find(id)?.checked).toBe(false);
    expect((await call('DELETE', `tasks/${id}`)).status).toBe(204);
    for (const [method, path] of [
      ['GET', ''],
      ['POST', '/close'],
      ['DELETE', ''],
    ] as const)
      expect((await call(method, `tasks/${id}${path}`)).status).toBe(404);
  });

  it('recur: closing moves them on', async () => {
    const { todoist, call } = await aTodoist();
    const due = { date: '2026-02-28', timezone: null, string: 'every day', lang: 'en', is_recurring: true };
    todoist.account.add({ content: 'x', due });
    await call('POST', `tasks/${todoist.account.tasks[0]?.id}/close`);
    expect(todoist.account.tasks).toMatchObject([{ checked: false, due: { date: '2026-03-01' } }]);
  });

  it('come in pages', async () => {
    const { todoist, call } = await aTodoist();
    for (let index = 0; index < 5; index += 1) todoist.account.add({ content: `${index}` });
    const seen: string[] = [];
    let cursor: string | null = '0';
    while (cursor !== null) {
      const page = JSON.parse((await call('GET', `tasks?limit=2&cursor=${cursor}`)).text);
      seen.push(page.results.map(({ content }: { content: string }) => content).join());
      cursor = page.next_cursor;
    }
    expect(seen).toEqual(['0,1', '2,3', '4']);
    expect((await call('GET', 'tasks?limit=201')).status).toBe(400);
  });
});

describe('a call that goes wrong', () => {
  it.each([
    ['rate-limited', 429, 0],
    ['server-error', 500, 0],
    ['unavailable', 503, 0],
    ['unauthorized', 401, 0],
    ['forbidden', 403, 0],
    ['gone', 410, 0],
    ['html', 200, 0],
    ['empty', 200, 1],
    ['truncated', 200, 1],
    ['wrong-types', 200, 1],
  ] as const)('as %s answers %i and has made %i tasks', async (fault, status, made) => {
    const { todoist, call } = await aTodoist();
    todoist.failNext(fault);
    const answer = await call('POST', 'tasks', { content: 'x' });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('retry-after')).toBe(fault === 'rate-limited' ? '42' : null);
    expect(todoist.account.tasks).toHaveLength(made);
    expect((await call('POST', 'tasks', { content: 'y' })).status).toBe(200);
  });

  it.each([
    ['cut', 0],
    ['cut-after-commit', 1],
  ] as const)('as %s gives no answer and has made %i tasks', async (fault, made) => {
    const { todoist, call } = await aTodoist();
    todoist.failNext(fault, { path: /^tasks$/ });
    await call('GET', 'projects');
    await expect(call('POST', 'tasks', { content: 'x' })).rejects.toThrow();
    expect(todoist.account.tasks).toHaveLength(made);
  });

  it.each([
    ['hang', 0],
    ['slow', 1],
  ] as const)('as %s waits for its release', async (fault, made) => {
    const { todoist, call } = await aTodoist();
    todoist.failNext(fault);
    const answer = call('POST', 'tasks', { content: 'x' });
    await expect.poll(() => todoist.hanging).toBe(1);
    expect(todoist.account.tasks).toHaveLength(made);
    todoist.release();
    expect(JSON.parse((await answer).text).content).toBe('x');
  });

  it('may be mended before it happens', async () => {
    const { todoist, call } = await aTodoist();
    todoist.failNext('server-error', { times: 2 });
    expect(todoist.waitingFaults).toBe(2);
    todoist.mend();
    expect((await call('GET', 'projects')).status).toBe(200);
  });

  it('carries another token', async () => {
    const { todoist, call } = await aTodoist();
    expect((await call('POST', 'tasks', { content: 'x' }, 'guessed')).status).toBe(401);
    expect(todoist.account.tasks).toEqual([]);
  });
});
