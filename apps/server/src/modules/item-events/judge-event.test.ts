import { describe, expect, it } from 'vitest';
import { judgeEvent } from './judge-event.ts';

const LISTENER = {
  id: 'connection-a',
  spaceId: 'space-1',
  integrationName: 'harbour.tides',
  label: 'Tides',
  isActive: true,
  isPaused: false,
  since: { tx: 7, seq: 3 },
  targetTypes: ['core.note'],
};
const EVENT = { tx: 7, seq: 4, space_id: 'space-1', type: 'core.note', origin_connection_id: null, hop_count: 0 };
const RULES = { isA: (type: string, ancestor: string) => type.startsWith(ancestor), hopBudget: 5 };

describe('An item event', () => {
  it.each([
    ['ok', {}, {}],
    ['ok', {}, { type: 'core.note.draft' }],
    ['ok', {}, { origin_connection_id: 'connection-b', hop_count: 4 }],
    ['cross_tenant', {}, { space_id: 'space-2' }],
    ['system_type', { targetTypes: ['system.activity'] }, { type: 'system.activity' }],
    ['type_not_targeted', {}, { type: 'core.task' }],
    ['subscription_inactive', { isActive: false }, {}],
    ['subscription_inactive', {}, { seq: 3 }],
    ['subscription_inactive', {}, { tx: 6, seq: 9 }],
    ['subscription_paused', { isPaused: true }, {}],
    ['self_event', {}, { origin_connection_id: 'connection-a', hop_count: 1 }],
    ['self_event', {}, { origin_connection_id: 'connection-a', hop_count: 9 }],
    ['hop_budget_exceeded', {}, { origin_connection_id: 'connection-b', hop_count: 5 }],
    ['hop_budget_exceeded', {}, { hop_count: 6 }],
  ] as const)('is judged %s for the Connection %j when it is %j', (verdict, listener, event) => {
    expect(judgeEvent({ ...LISTENER, ...listener }, { ...EVENT, ...event }, RULES)).toBe(verdict);
  });
});
