import { describe, expect, it } from 'vitest';
import { fitsFilter } from './event-filter.ts';
import { isPast } from './event-present.ts';

const isA = (type: string, ancestor: string) => type === ancestor || type.startsWith(`${ancestor}.`);
const row = (type: string, edge?: { type: string; target: string }) => ({
  tx: 0,
  seq: 1,
  id: '',
  space_id: '',
  event: edge ? 'edge.created' : 'item.created',
  subject_id: '',
  type,
  other_type: edge?.target ?? null,
  edge_type: edge?.type ?? null,
  origin_connection_id: null,
  cycle_origin_id: null,
  hop_count: 0,
  payload: '{}',
  created_at: '',
});

describe('A filter of events', () => {
  it.each([
    [undefined, 'core.note', true],
    [['*'], 'core.note', true],
    [['core.media'], 'core.media.film', true],
    [['core.media.*'], 'core.media', true],
    [['core.media'], 'core.mediation', false],
    [['core.media.film'], 'core.media', false],
    [undefined, 'system.webhook', false],
    [['*', 'core.*'], 'system.webhook', false],
    [['system'], 'system.webhook', true],
    [['system.*'], 'system.credential', true],
    [['system.webhook'], 'system.credential', false],
  ])('with the types %j answers for %s: %s', (types, type, expected) => {
    expect(fitsFilter({ types }, row(type), isA)).toBe(expected);
  });

  it('takes an edge when one of its ends fits', () => {
    const edge = row('core.note', { type: 'about', target: 'core.task' });
    expect(fitsFilter({ types: ['core.task'] }, edge, isA)).toBe(true);
    expect(fitsFilter({ types: ['core.file'] }, edge, isA)).toBe(false);
    expect(fitsFilter({ edgeTypes: ['about'] }, edge, isA)).toBe(true);
    expect(fitsFilter({ edgeTypes: ['references'] }, edge, isA)).toBe(false);
    expect(fitsFilter({ edgeTypes: ['about'] }, row('core.note'), isA)).toBe(false);
    expect(fitsFilter({ events: ['edge.deleted'] }, edge, isA)).toBe(false);
  });
});

describe('A moment of the log', () => {
  it('knows which changes had been made by then, settled or not', () => {
    const present = { xmin: 10, xmax: 15, running: [10, 12], seq: 0 };
    const made = [9, 10, 11, 12, 14, 15, 16].filter((tx) => isPast(present, { tx, seq: 1 }));
    expect(made).toEqual([9, 11, 14]);
    const counted = { xmin: 0, xmax: 0, running: [], seq: 5 };
    expect([5, 6].map((seq) => isPast(counted, { tx: 0, seq }))).toEqual([true, false]);
  });
});
