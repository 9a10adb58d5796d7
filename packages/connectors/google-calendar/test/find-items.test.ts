import { describe, expect, it } from 'vitest';
import { findItems } from '../src/inbound/find-items.ts';
import { eventIdOf } from '../src/index.ts';
import { aConnection, anItem, ME } from './support/a-connection.ts';

const SOURCE = 'google.calendar';
const place = (eventId: string) => ({ calendarId: ME, eventId });
const keyed = (eventId: string) => ({ ...anItem(), source_id: `${ME}/${eventId}` });

describe('looking up the items of events', () => {
  it('goes on to the last page, also after one that is empty', async () => {
    await using connection = await aConnection();
    const { harness } = connection;
    const { id } = harness.space.createItem(keyed('one11'), { source: SOURCE });
    const { marfa } = harness.ctx;
    const listItems: typeof marfa.listItems = async ({ cursor, ...query } = {}) =>
      cursor === 'more' ? marfa.listItems(query) : { data: [], cursor: 'more', has_more: true };
    const found = await findItems({ marfa: { ...marfa, listItems } }, [place('one11')], SOURCE);
    expect(found.get(`${ME}/one11`)?.id).toBe(id);
  });

  it('finds some of very many, with filters that are not too long', async () => {
    await using connection = await aConnection();
    const { harness } = connection;
    const names = Array.from({ length: 500 }, (_, index) => `${'x'.repeat(index % 200)}"${index}`);
    for (const name of names.slice(0, 300)) harness.space.createItem(keyed(name), { source: SOURCE });
    const filters: string[] = [];
    const { marfa } = harness.ctx;
    const listItems: typeof marfa.listItems = (query = {}) => {
      filters.push(query.filter ?? '');
      return marfa.listItems(query);
    };
    const found = await findItems({ marfa: { ...marfa, listItems } }, names.map(place), SOURCE);
    expect(found.size).toBe(300);
    expect(Math.max(...filters.map((filter) => filter.length))).toBeLessThanOrEqual(4000);
  });

  it('takes a live item before one in the trash, and none that only copied the mark of another', async () => {
    await using connection = await aConnection();
    const { space, ctx } = connection.harness;
    const old = space.createItem(keyed('one11'), { source: SOURCE });
    space.transitionItem(old.id, 'trashed');
    const live = space.createItem(keyed('one11'), { source: SOURCE });
    space.createItem(keyed('two22'), { source: 'google.calendar-2' });
    const eventId = eventIdOf(live.id);
    space.createItem(anItem({ event_id: eventId, calendar_id: ME }));
    const found = await findItems(ctx, [place('one11'), place('two22'), place(eventId)], SOURCE);
    expect([...found].map(([key, { id }]) => [key, id])).toEqual([[`${ME}/one11`, live.id]]);
  });
});
