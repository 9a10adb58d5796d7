import { describe, expect, it } from 'vitest';
import { HandlerResultSchema, QueueMessageSchema } from './messages.ts';
import { RunSchema } from './run.ts';

const AN_ID = '01936d2e-7b7a-7000-8000-000000000001';
const common = { integration_name: 'acme.tides', connection_id: AN_ID };

describe('a queue message', () => {
  it.each([
    ['a tick', { kind: 'schedule', ...common, scheduled_for_ms: 1_772_000_000_000 }],
    ['a person’s wish', { kind: 'manual', ...common, requested_at_ms: 1, requested_by: 'key:laptop' }],
    ['a webhook', { kind: 'webhook', ...common, delivery_id: 'd1', headers: {}, body_base64: '', verified_at_ms: 1 }],
    [
      'an item event',
      {
        kind: 'item-event',
        ...common,
        tenant_id: AN_ID,
        event_type: 'created',
        item_id: AN_ID,
        cycle: { originating_connection_id: null, hop_count: 0 },
        payload: {},
      },
    ],
    ['a renewal', { kind: 'renew', ...common, requested_at_ms: 1_772_000_000_000 }],
  ])('reads back as %s', (_what, message) => {
    expect(QueueMessageSchema.parse(structuredClone(message))).toEqual(message);
  });

  it.each([
    ['an unknown kind', { kind: 'poll', ...common }],
    ['a connection that is no id', { kind: 'schedule', ...common, connection_id: 'x', scheduled_for_ms: 1 }],
    ['no time', { kind: 'schedule', ...common }],
    [
      'a negative hop count',
      {
        kind: 'item-event',
        ...common,
        event_type: 'created',
        item_id: AN_ID,
        cycle: { originating_connection_id: null, hop_count: -1 },
        payload: {},
      },
    ],
  ])('is refused with %s', (_what, message) => {
    expect(QueueMessageSchema.safeParse(message).success).toBe(false);
  });
});

describe('a handler’s result', () => {
  it.each([{ ok: true }, { ok: false, retry: true, reason: 'later' }, { ok: false, retry: false, reason: 'never' }])(
    'may be %j',
    (result) => {
      expect(HandlerResultSchema.safeParse(result).success).toBe(true);
    },
  );

  it.each([undefined, null, true, {}, { ok: false }, { ok: false, retry: true }, { ok: false, reason: 'x' }])(
    'may not be %j',
    (result) => {
      expect(HandlerResultSchema.safeParse(result).success).toBe(false);
    },
  );
});

describe('a run record', () => {
  it('has not started and not finished while it is queued', () => {
    const queued = {
      id: AN_ID,
      connection_id: AN_ID,
      trigger: 'manual',
      status: 'queued',
      attempt: 0,
      queued_at: '2026-03-01T09:30:00.000Z',
      started_at: null,
      finished_at: null,
      items_created: 0,
      items_updated: 0,
    };
    expect(RunSchema.parse(queued)).toEqual(queued);
    expect(RunSchema.safeParse({ ...queued, status: 'waiting' }).success).toBe(false);
  });
});
