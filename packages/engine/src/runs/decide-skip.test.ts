import { describe, expect, it } from 'vitest';
import { aClaimedMessage, NOW_MS } from '../../test/a-claimed-message.ts';
import { aConnection } from '../contracts/a-connection.ts';
import { decideSkip } from './decide-skip.ts';

const KINDS = ['schedule', 'manual', 'webhook', 'item-event'] as const;

describe('deciding to skip a message', () => {
  it.each(KINDS)('runs a %s message of an active Connection', (kind) => {
    const connection = aConnection({ scheduleArmed: true });
    expect(decideSkip(aClaimedMessage(connection, { kind }), connection, NOW_MS)).toBeNull();
  });

  it('ends a message whose Connection does not exist any more, without a word about health', () => {
    expect(decideSkip(aClaimedMessage(aConnection()), null, NOW_MS)).toEqual({
      message: { state: 'gone' },
      run: {
        status: 'skipped',
        error: 'the Connection does not exist any more',
        itemsCreated: 0,
        itemsUpdated: 0,
        finishedAtMs: NOW_MS,
      },
      handledDelivery: null,
      cursors: null,
      health: null,
      schedule: { action: 'keep' },
      activity: [],
      renewal: null,
    });
  });

  it.each(KINDS)('ends a %s message of a revoked Connection', (kind) => {
    const connection = aConnection({ active: false, scheduleArmed: true });
    const skip = decideSkip(aClaimedMessage(connection, { kind }), connection, NOW_MS);
    expect(skip?.run).toMatchObject({ status: 'skipped', error: 'the Connection has been revoked' });
  });

  it.each(['schedule', 'manual', 'item-event'] as const)('ends a %s message of a paused Connection', (kind) => {
    const connection = aConnection({ runtimeStatus: 'paused', scheduleArmed: true });
    const skip = decideSkip(aClaimedMessage(connection, { kind }), connection, NOW_MS);
    expect(skip?.run).toMatchObject({ status: 'skipped', error: 'the Connection is paused' });
  });

  it('runs a webhook that was accepted before its Connection was paused', () => {
    const connection = aConnection({ runtimeStatus: 'paused' });
    expect(decideSkip(aClaimedMessage(connection, { kind: 'webhook' }), connection, NOW_MS)).toBeNull();
  });

  it.each(['schedule', 'manual'] as const)('ends a %s message of a Connection that waits for its account', (kind) => {
    const connection = aConnection({ runtimeStatus: 'reauth_required', scheduleArmed: true });
    const skip = decideSkip(aClaimedMessage(connection, { kind }), connection, NOW_MS);
    expect(skip?.run).toMatchObject({
      status: 'skipped',
      error: 'the upstream account has to be connected again',
    });
    expect(skip?.activity).toEqual([]);
  });

  it.each(['webhook', 'item-event'] as const)(
    'tries a %s message of a Connection that waits for its account: nobody sends it again',
    (kind) => {
      const connection = aConnection({ runtimeStatus: 'reauth_required' });
      expect(decideSkip(aClaimedMessage(connection, { kind }), connection, NOW_MS)).toBeNull();
    },
  );

  it('ends a delivery that its handler has dealt with before, unless somebody asks for it again', () => {
    const connection = aConnection({ handledDeliveries: ['d-1'] });
    const claimed = aClaimedMessage(connection, { kind: 'webhook' });
    if (claimed.message.kind !== 'webhook') throw new TypeError('expected a webhook');
    const again = { ...claimed, message: { ...claimed.message, delivery_id: 'd-1' } };
    expect(decideSkip(again, connection, NOW_MS)?.run).toMatchObject({
      status: 'skipped',
      error: 'this delivery has been handled before',
    });
    const asked = { ...again, message: { ...again.message, replayed: true as const } };
    expect(decideSkip(asked, connection, NOW_MS)).toBeNull();
    const other = { ...again, message: { ...again.message, delivery_id: 'd-2' } };
    expect(decideSkip(other, connection, NOW_MS)).toBeNull();
  });

  it('ends a tick that was queued before its schedule was stopped, and runs a manual message', () => {
    const connection = aConnection({ scheduleArmed: false });
    const tick = decideSkip(aClaimedMessage(connection), connection, NOW_MS);
    expect(tick?.run).toMatchObject({ status: 'skipped', error: 'the schedule has been stopped' });
    expect(decideSkip(aClaimedMessage(connection, { kind: 'manual' }), connection, NOW_MS)).toBeNull();
  });
});
