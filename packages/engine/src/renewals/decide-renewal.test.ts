import type { Registration } from '@withmarfa/shared';
import { describe, expect, it } from 'vitest';
import { aClaimedMessage, NOW_MS } from '../../test/a-claimed-message.ts';
import { aFailure, anOutcome } from '../../test/an-outcome.ts';
import { aConnection } from '../contracts/a-connection.ts';
import type { ConnectionSnapshot } from '../ports/connections.ts';
import type { AttemptOutcome } from '../ports/runner.ts';
import { decideInterrupted } from '../runs/decide-interrupted.ts';
import { decideSettlement } from '../runs/decide-settlement.ts';
import { MAX_ATTEMPTS } from '../runs/retry-policy.ts';
import { RENEWAL_PAUSE_MS } from './decide-renewal.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

function aRegistration(lifeMs: number, overrides: Partial<Registration> = {}): Registration {
  return { id: crypto.randomUUID(), expires_at: new Date(NOW_MS + lifeMs).toISOString(), ...overrides };
}

function end(
  outcome: AttemptOutcome,
  { attempt = 1, ...overrides }: Partial<ConnectionSnapshot> & { attempt?: number } = {},
) {
  const connection = aConnection(overrides);
  const claimed = aClaimedMessage(connection, { kind: 'renew', attempt });
  return decideSettlement({ claimed, connection, outcome }, { nowMs: NOW_MS, random: () => 0.5 });
}
const waitFor = (seconds: number) =>
  anOutcome({ result: { ok: false, retry: true, reason: 'busy', retry_after_seconds: seconds } });

describe('a renewal that was done', () => {
  it('keeps what there is now, plans the next one, and solves what was told', () => {
    const registrations = [aRegistration(30 * DAY_MS)];
    expect(end(anOutcome({ registrations }))).toMatchObject({
      message: { state: 'gone' },
      run: { status: 'succeeded' },
      health: null,
      activity: [],
      renewal: { registrations, dueAtMs: NOW_MS + 29 * DAY_MS, trouble: { state: 'solved' } },
    });
  });

  it('plans nothing where nothing ends', () => {
    expect(end(anOutcome({ registrations: [] })).renewal).toMatchObject({ registrations: [], dueAtMs: null });
  });

  it('stops the schedule like any run that asks for it', () => {
    const settlement = end(anOutcome({ registrations: [], disarmReason: 'the account is closed' }));
    expect(settlement).toMatchObject({
      schedule: { action: 'disarm' },
      health: { actionRequired: true },
      activity: [{ detail: { kind: 'schedule_disarmed' } }],
    });
  });

  it('has failed when what it made has ended already, and does not begin again at once', () => {
    const settlement = end(anOutcome({ registrations: [aRegistration(-1)] }));
    expect(settlement.run.status).toBe('dead');
    expect(settlement.renewal).toMatchObject({ dueAtMs: NOW_MS + RENEWAL_PAUSE_MS, trouble: { state: 'told' } });
  });
});

describe('a renewal that failed', () => {
  it('waits for another attempt without a word', () => {
    const settlement = end(aFailure(), { registrations: [aRegistration(DAY_MS)] });
    expect(settlement).toMatchObject({
      message: { state: 'waiting' },
      health: null,
      activity: [],
      renewal: { registrations: null, dueAtMs: null, trouble: { state: 'keep' } },
    });
  });

  it.each([
    ['for good', aFailure({ retry: false }), 1],
    ['at its last attempt', aFailure(), MAX_ATTEMPTS],
  ])('%s is told in one row, begins again in an hour, and leaves no dead letter', (_how, outcome, attempt) => {
    const registration = aRegistration(DAY_MS);
    const settlement = end(outcome, { attempt, registrations: [registration] });
    expect(settlement).toMatchObject({
      message: { state: 'gone' },
      run: { status: 'dead', error: 'upstream is down' },
      health: null,
      activity: [],
      renewal: { registrations: null, dueAtMs: NOW_MS + HOUR_MS },
    });
    expect(settlement.renewal?.trouble).toMatchObject({
      state: 'told',
      row: {
        severity: 'action_required',
        summary: `Acme news: its service stops telling of changes at ${registration.expires_at}, and cannot be asked to go on: upstream is down`,
        detail: { kind: 'registration_expiring', reason: 'upstream is down', expires_at: registration.expires_at },
      },
    });
  });

  it('is told of once', () => {
    const settlement = end(aFailure({ retry: false }), { renewalTold: true });
    expect(settlement.renewal).toMatchObject({ dueAtMs: NOW_MS + HOUR_MS, trouble: { state: 'keep' } });
  });

  it('says of the first one that there is nothing yet', () => {
    expect(end(aFailure({ retry: false })).renewal?.trouble).toMatchObject({
      row: { summary: expect.stringContaining('cannot be asked to tell'), detail: { expires_at: null } },
    });
  });

  it('keeps what it came to', () => {
    const registrations = [aRegistration(DAY_MS)];
    expect(end({ ...aFailure(), registrations }).renewal).toMatchObject({ registrations });
  });

  it.each([
    [20 * HOUR_MS, 'told'],
    [11 * HOUR_MS, 'keep'],
  ])('is told before its next attempt when that is put off by %i ms of a day', (delayMs, state) => {
    const { renewal, message } = end(waitFor(delayMs / 1000), { registrations: [aRegistration(DAY_MS)] });
    expect(message.state).toBe('waiting');
    expect(renewal?.trouble.state).toBe(state);
  });

  it('of a short life is not told at the first attempt', () => {
    const { renewal } = end(aFailure(), { registrations: [aRegistration(10 * 60_000)] });
    expect(renewal?.trouble.state).toBe('keep');
  });

  it('that was cut short at its last attempt is told like one that failed', () => {
    const connection = aConnection({ registrations: [aRegistration(DAY_MS)] });
    const claimed = aClaimedMessage(connection, { kind: 'renew', attempt: MAX_ATTEMPTS + 1 });
    expect(decideInterrupted(claimed, connection, NOW_MS)).toMatchObject({
      message: { state: 'gone' },
      renewal: { dueAtMs: NOW_MS + HOUR_MS, trouble: { state: 'told' } },
    });
  });
});

describe('every other run', () => {
  it('says nothing of renewals', () => {
    const connection = aConnection();
    for (const kind of ['schedule', 'manual', 'webhook', 'item-event'] as const) {
      const claimed = aClaimedMessage(connection, { kind });
      const attempt = { claimed, connection, outcome: anOutcome({ registrations: [aRegistration(DAY_MS)] }) };
      expect(decideSettlement(attempt, { nowMs: NOW_MS, random: () => 0.5 }).renewal).toBeNull();
    }
  });
});
