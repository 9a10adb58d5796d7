import type { ItemEventMessage } from '@withmarfa/shared';
import { describe, expect, it } from 'vitest';
import { foldMessages } from './fold-messages.ts';

const common = {
  kind: 'item-event',
  integration_name: 'acme.tides',
  connection_id: '01936d2e-7b7a-7000-8000-000000000001',
  item_id: '01936d2e-7b7a-7000-8000-000000000002',
} as const;

function anEvent(event_type: ItemEventMessage['event_type'], hop_count = 0): ItemEventMessage {
  return { ...common, event_type, cycle: { originating_connection_id: null, hop_count }, payload: { event_type } };
}

describe('Two item events of which one can wait', () => {
  it.each([
    ['created', 'updated', 'created'],
    ['restored', 'updated', 'restored'],
    ['updated', 'updated', 'updated'],
    ['created', 'state_changed', 'state_changed'],
    ['state_changed', 'restored', 'restored'],
    ['updated', 'deleted', 'deleted'],
  ] as const)('%s and then %s come to %s, with the later payload', (first, second, both) => {
    const folded = foldMessages(anEvent(first), anEvent(second));
    expect(folded).toMatchObject({ event_type: both, payload: { event_type: second } });
  });

  it('come to the longer of both chains, whichever is later', () => {
    expect(foldMessages(anEvent('updated', 3), anEvent('updated', 1))).toMatchObject({ cycle: { hop_count: 3 } });
    expect(foldMessages(anEvent('updated', 1), anEvent('updated', 3))).toMatchObject({ cycle: { hop_count: 3 } });
  });
});

describe('Two ticks of which one can wait', () => {
  it('come to the one that waits', () => {
    const { item_id: _item, ...tick } = { ...common, kind: 'schedule' as const };
    const waiting = { ...tick, scheduled_for_ms: 1 };
    expect(foldMessages(waiting, { ...tick, scheduled_for_ms: 2 })).toBe(waiting);
  });
});
