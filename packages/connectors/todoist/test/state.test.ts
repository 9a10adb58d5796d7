import { describe, expect, it } from 'vitest';
import { deriveUuid } from '../src/ids/derive-uuid.ts';
import { createEchoSuppression, type EchoRecords } from '../src/state/echo-suppression.ts';
import { createTaskLinks, MAX_LINKS, type TaskLink } from '../src/state/task-links.ts';

const SECOND = 1000;

describe('echo suppression', () => {
  const at = (now: number, records: EchoRecords = []) =>
    createEchoSuppression(records, { echoTtlSeconds: 120, lagWindowSeconds: 600, now });

  it('knows the very content that was written, for the echo time', () => {
    const echo = at(0);
    echo.trackOutboundWrite('task', 'hash');
    expect(echo.shouldSkipReactive('task', 'hash')).toBe(true);
    expect(echo.shouldSkipReactive('task', 'other')).toBe(false);
    expect(echo.shouldSkipReactive('other', 'hash')).toBe(false);
    expect(at(119 * SECOND, echo.records()).shouldSkipReactive('task', 'hash')).toBe(true);
    expect(at(120 * SECOND, echo.records()).shouldSkipReactive('task', 'hash')).toBe(false);
  });

  it('takes the last write of a record as the one that counts', () => {
    const echo = at(0);
    echo.trackOutboundWrite('task', 'first');
    echo.trackOutboundWrite('task', 'last');
    expect(echo.shouldSkipReactive('task', 'first')).toBe(false);
    expect(echo.records()).toEqual([['task', 'last', 0]]);
  });

  it('tells until when reads are not trusted, and forgets what is over', () => {
    const echo = at(0);
    echo.trackOutboundWrite('task', 'hash');
    expect(at(599 * SECOND, echo.records()).lagEndsAt('task')).toBe(600 * SECOND);
    expect(at(600 * SECOND, echo.records()).lagEndsAt('task')).toBeNull();
    expect(at(600 * SECOND, echo.records()).records()).toEqual([]);
    expect(echo.lagEndsAt('other')).toBeNull();
  });

  it('remembers the newest thousand', () => {
    const echo = at(0);
    for (let index = 0; index < 1500; index += 1) echo.trackOutboundWrite(`task-${index}`, 'hash');
    expect(echo.records()).toHaveLength(1000);
    expect(echo.records().at(-1)?.[0]).toBe('task-1499');
  });
});

describe('links', () => {
  const aLink = (number: number, overrides: Partial<TaskLink> = {}): TaskLink => ({
    task: `6X${String(number).padStart(14, '0')}`,
    item: `0190a8b0-0000-7000-8000-${String(number).padStart(12, '0')}`,
    seen: 'abcdefabcdef',
    sent: 'fedcbafedcba',
    isChecked: false,
    gone: null,
    isPushed: false,
    generation: 0,
    ...overrides,
  });

  it.each([
    ['an open one', {}],
    ['one that is done', { isChecked: true }],
    ['one whose task went there', { gone: 'there' }],
    ['one whose task went here', { gone: 'here', isChecked: true }],
    ['one that was pushed twice', { isPushed: true, generation: 1 }],
  ] as const)('come back from the cursor as they were: %s', (_what, overrides) => {
    const links = createTaskLinks([]);
    links.put(aLink(1, overrides));
    expect(createTaskLinks(links.rows()).byItem(aLink(1).item)).toEqual(aLink(1, overrides));
  });

  it('are one for each task and each item', () => {
    const links = createTaskLinks([]);
    links.put(aLink(1));
    links.put({ ...aLink(2), item: aLink(1).item });
    expect(links.byTask(aLink(1).task)).toBeNull();
    expect(links.byItem(aLink(1).item)?.task).toBe(aLink(2).task);
    links.remove(aLink(2, { item: aLink(1).item }));
    expect(links.all()).toEqual([]);
  });

  it('are bounded: those whose task is gone go first, then those that are done, then the oldest', () => {
    const links = createTaskLinks([]);
    links.put(aLink(1));
    links.put(aLink(2, { gone: 'there' }));
    links.put(aLink(3, { isChecked: true }));
    for (let number = 4; number <= MAX_LINKS + 3; number += 1) links.put(aLink(number));
    const kept = createTaskLinks(links.rows());
    expect(kept.all()).toHaveLength(MAX_LINKS);
    expect([1, 2, 3, 4].map((number) => kept.byTask(aLink(number).task) !== null)).toEqual([false, false, false, true]);
    expect(JSON.stringify(links.rows()).length).toBeLessThan(800_000);
  });
});

describe('derived ids', () => {
  it('are UUIDs, the same for the same text and no other', () => {
    expect(deriveUuid('a')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(deriveUuid('a')).toBe(deriveUuid('a'));
    expect(new Set(Array.from({ length: 500 }, (_, index) => deriveUuid(`${index}`))).size).toBe(500);
  });
});
