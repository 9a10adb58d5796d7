import { describe, expect, it } from 'vitest';
import { eventIdOf } from '../src/index.ts';
import { aConnection, anEvent, anItem, ME } from './support/a-connection.ts';

const MINUTES_MS = 60_000;
const resultsOf = (runs: { result: unknown }[]) => runs.map(({ result }) => result);
const done = { ok: true };
const isWrite = ({ method }: { method: string }) => method !== 'GET';

describe('a deleted item', () => {
  it.for(['followed', 'pushed'])('deletes its event, once: %s', async (kind) => {
    await using connection = await aConnection();
    let id = '';
    if (kind === 'followed') {
      connection.google.putEvent(ME, anEvent('one11'));
      await connection.sync();
      id = connection.itemOf('one11').id;
    } else {
      id = connection.harness.space.createItem(anItem()).id;
      await connection.drain();
    }
    connection.harness.space.transitionItem(id, 'trashed');
    expect(resultsOf(await connection.drain())).toEqual([done]);
    expect(connection.google.events(ME)).toEqual([]);
    expect((await connection.harness.deliverItemEvent(id, 'state_changed')).result).toEqual(done);
    connection.clock.advance(20 * MINUTES_MS);
    await connection.sync();
    expect(connection.harness.items.map(({ state }) => state)).toEqual(['trashed']);
  });

  it('has its event back when it is restored', async () => {
    await using connection = await aConnection();
    const { id } = connection.harness.space.createItem(anItem());
    await connection.drain();
    connection.harness.space.transitionItem(id, 'trashed');
    await connection.drain();
    connection.harness.space.transitionItem(id, 'active');
    expect(resultsOf(await connection.drain())).toEqual([done]);
    expect(connection.google.events(ME)).toMatchObject([{ id: eventIdOf(id), summary: 'Tea', status: 'confirmed' }]);
    connection.clock.advance(20 * MINUTES_MS);
    await connection.sync();
    expect(connection.itemOf(eventIdOf(id)).id).toBe(id);
  });

  it('has its event back also when it never learned that it had one', async () => {
    await using connection = await aConnection();
    const item = connection.harness.space.createItem(anItem());
    connection.google.failNext('done, then cut off', isWrite);
    await connection.harness.deliverItemEvent(item, 'created');
    connection.harness.space.transitionItem(item.id, 'trashed');
    await connection.drain();
    expect(connection.google.events(ME)).toEqual([]);
    connection.harness.space.transitionItem(item.id, 'active');
    await connection.drain();
    expect(connection.google.events(ME)).toMatchObject([{ id: eventIdOf(item.id), summary: 'Tea' }]);
  });

  it('has its event back also when it went to the trash because the event was deleted', async () => {
    await using connection = await aConnection();
    connection.google.putEvent(ME, anEvent('one11'));
    await connection.sync();
    const { id } = connection.itemOf('one11');
    connection.google.removeEvent(ME, 'one11');
    await connection.sync();
    connection.harness.space.transitionItem(id, 'active');
    connection.harness.space.updateItem(id, { properties: { title: 'Again' } });
    await connection.drain();
    expect(connection.google.events(ME)).toMatchObject([{ id: 'one11', summary: 'Again' }]);
    await connection.sync();
    expect(connection.itemOf('one11')).toMatchObject({ id, properties: { title: 'Again', status: 'confirmed' } });
  });

  it('deletes its event when it is removed for good before its mark was written', async () => {
    await using connection = await aConnection();
    const item = connection.harness.space.createItem(anItem());
    connection.google.failNext('done, then cut off', isWrite);
    await connection.harness.deliverItemEvent(item, 'created');
    connection.harness.space.purgeItem(item.id);
    const runs = await connection.drain();
    expect(runs.every(({ result }) => result.ok)).toBe(true);
    expect(connection.google.events(ME)).toEqual([]);
  });
});

describe('echoes', () => {
  it('are not taken for changes for two minutes, and what else comes is put off until ten are over', async () => {
    await using connection = await aConnection();
    connection.google.putEvent(ME, anEvent('one11'));
    await connection.sync();
    const { id } = connection.itemOf('one11');
    connection.harness.space.updateItem(id, { properties: { title: 'Mine' } });
    await connection.drain();
    const { version } = connection.itemOf('one11');
    await connection.sync();
    expect(connection.itemOf('one11').version).toBe(version);

    connection.clock.advance(3 * MINUTES_MS);
    connection.google.putEvent(ME, anEvent('one11', { summary: 'Theirs' }));
    await connection.sync();
    expect(connection.itemOf('one11').properties.title).toBe('Mine');
    connection.clock.advance(6 * MINUTES_MS);
    await connection.sync();
    expect(connection.itemOf('one11').properties.title).toBe('Mine');
    connection.clock.advance(2 * MINUTES_MS);
    await connection.sync();
    expect(connection.itemOf('one11').properties.title).toBe('Theirs');
  });

  it('do not send an item to the trash whose calendar is out of sight when its time is over', async () => {
    await using connection = await aConnection();
    const { id } = connection.harness.space.createItem(anItem());
    await connection.drain();
    connection.clock.advance(3 * MINUTES_MS);
    await connection.sync();
    const { outbound } = connection.harness.cursor.main as { outbound: { deferred: unknown[] } };
    expect(outbound.deferred).toHaveLength(1);
    connection.clock.advance(8 * MINUTES_MS);
    connection.google.removeCalendar(ME);
    await connection.sync();
    expect(connection.harness.space.getItem(id)?.state).toBe('active');
  });

  it('of a deletion are put off as well, and then taken', async () => {
    await using connection = await aConnection();
    const { id } = connection.harness.space.createItem(anItem());
    await connection.drain();
    connection.google.removeEvent(ME, eventIdOf(id));
    await connection.sync();
    expect(connection.harness.space.getItem(id)?.state).toBe('active');
    connection.clock.advance(11 * MINUTES_MS);
    await connection.sync();
    expect(connection.harness.space.getItem(id)?.state).toBe('trashed');
  });
});
