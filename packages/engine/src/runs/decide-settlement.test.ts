import { ActivityInputSchema, type HandlerResult } from '@withmarfa/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aClaimedMessage, NOW_MS } from '../../test/a-claimed-message.ts';
import { aFailure, anOutcome } from '../../test/an-outcome.ts';
import { anyText } from '../../test/any-text.ts';
import { aConnection } from '../contracts/a-connection.ts';
import type { ConnectionSnapshot } from '../ports/connections.ts';
import type { AttemptOutcome } from '../ports/runner.ts';
import { decideSettlement } from './decide-settlement.ts';
import { MAX_ATTEMPTS } from './retry-policy.ts';
import type { Settlement } from './settlement.ts';

interface Given {
  connection?: Partial<ConnectionSnapshot>;
  outcome?: AttemptOutcome;
  attempt?: number;
  kind?: 'schedule' | 'manual';
}

function decide({ connection: overrides, outcome = anOutcome(), attempt = 1, kind = 'schedule' }: Given): Settlement {
  const connection = aConnection({ label: 'Acme news', scheduleArmed: true, ...overrides });
  const claimed = aClaimedMessage(connection, { kind, attempt });
  return decideSettlement({ claimed, connection, outcome }, { nowMs: NOW_MS, random: () => 0.5 });
}

describe('a run that succeeded', () => {
  it('applies its cursors, is healthy and, when quiet, writes no activity', () => {
    const outcome = anOutcome({ cursorSet: { main: 7 }, cursorCleared: ['old'] });
    expect(decide({ connection: { consecutiveFailures: 4, runtimeStatus: 'failing' }, outcome })).toEqual({
      message: { state: 'gone' },
      run: { status: 'succeeded', error: null, itemsCreated: 0, itemsUpdated: 0, finishedAtMs: NOW_MS },
      handledDelivery: null,
      cursors: { set: { main: 7 }, cleared: ['old'] },
      health: {
        runtimeStatus: 'healthy',
        consecutiveFailures: 0,
        actionRequired: false,
        lastSyncAtMs: NOW_MS,
        lastErrorAtMs: null,
      },
      schedule: { action: 'keep' },
      activity: [],
      renewal: null,
    });
  });

  it.each([
    [3, 0, 'Acme news: 3 items created'],
    [0, 1, 'Acme news: 1 item updated'],
    [1, 2, 'Acme news: 1 item created, 2 items updated'],
  ])('tells of %i created and %i updated items', (itemsCreated, itemsUpdated, summary) => {
    const { activity, run } = decide({ outcome: anOutcome({ itemsCreated, itemsUpdated }) });
    expect(activity).toEqual([
      {
        severity: 'info',
        summary,
        detail: {
          kind: 'run_succeeded',
          run_id: expect.any(String),
          items_created: itemsCreated,
          items_updated: itemsUpdated,
        },
      },
    ]);
    expect(run).toMatchObject({ itemsCreated, itemsUpdated });
  });

  it('stops the schedule when the handler asks for it, and asks a person to look', () => {
    const outcome = anOutcome({ disarmReason: 'the feed is gone (410)', cursorSet: { main: 1 } });
    expect(decide({ outcome })).toMatchObject({
      message: { state: 'gone' },
      run: { status: 'succeeded' },
      cursors: { set: { main: 1 } },
      health: { runtimeStatus: 'failing', actionRequired: true, lastSyncAtMs: NOW_MS },
      schedule: { action: 'disarm' },
      activity: [
        {
          severity: 'action_required',
          summary: 'Acme news: its schedule has been stopped: the feed is gone (410)',
          detail: { kind: 'schedule_disarmed', reason: 'the feed is gone (410)' },
        },
      ],
    });
  });

  it('starts a stopped schedule again after a manual run, and only then', () => {
    const stopped = { scheduleArmed: false, crons: ['0 * * * *'] };
    const { schedule } = decide({ connection: stopped, kind: 'manual' });
    expect(schedule).toMatchObject({ action: 'arm', tickAtMs: NOW_MS + 3_600_000 });
    const keep = { action: 'keep' };
    expect(decide({ connection: stopped, kind: 'schedule' }).schedule).toEqual(keep);
    expect(decide({ connection: { ...stopped, crons: [] }, kind: 'manual' }).schedule).toEqual(keep);
    expect(decide({ connection: stopped, kind: 'manual', outcome: aFailure() }).schedule).toEqual(keep);
    expect(decide({ kind: 'manual' }).schedule).toEqual(keep);
    const disarming = decide({
      connection: stopped,
      kind: 'manual',
      outcome: anOutcome({ disarmReason: 'still gone' }),
    });
    expect(disarming.schedule).toEqual({ action: 'disarm' });
  });
});

describe('a failure that may pass', () => {
  it('waits for its next attempt, leaving the cursors alone and saying nothing', () => {
    const outcome = { ...aFailure(), cursorSet: { main: 1 }, cursorCleared: ['old'], itemsCreated: 2 };
    expect(decide({ outcome })).toEqual({
      message: { state: 'waiting', notBeforeMs: NOW_MS + 5000, reason: 'upstream is down', failedAtMs: NOW_MS },
      run: { status: 'retrying', error: 'upstream is down', itemsCreated: 2, itemsUpdated: 0, finishedAtMs: null },
      handledDelivery: null,
      cursors: null,
      health: {
        runtimeStatus: 'degraded',
        consecutiveFailures: 1,
        actionRequired: false,
        lastSyncAtMs: null,
        lastErrorAtMs: NOW_MS,
      },
      schedule: { action: 'keep' },
      activity: [],
      renewal: null,
    });
  });

  it('waits as long as the upstream asked', () => {
    const result: HandlerResult = { ok: false, retry: true, reason: 'too many requests', retry_after_seconds: 600 };
    const { message } = decide({ outcome: anOutcome({ result }) });
    expect(message.state === 'waiting' && message.notBeforeMs).toBeGreaterThanOrEqual(NOW_MS + 600_000);
  });

  it('is given up after the last attempt, as a dead letter', () => {
    expect(
      decide({ outcome: aFailure(), attempt: MAX_ATTEMPTS, connection: { consecutiveFailures: 4 } }),
    ).toMatchObject({
      message: { state: 'dead', reason: 'upstream is down', failedAtMs: NOW_MS },
      run: { status: 'dead', error: 'upstream is down', finishedAtMs: NOW_MS },
      cursors: null,
      health: { runtimeStatus: 'failing', consecutiveFailures: 5, actionRequired: false },
      activity: [
        {
          severity: 'error',
          summary: 'Acme news: given up after 5 attempts: upstream is down',
          detail: { kind: 'dead_letter', attempts: 5, reason: 'upstream is down' },
        },
      ],
    });
  });

  it('does not stop the schedule, even if the handler asked for it', () => {
    const outcome = { ...aFailure(), disarmReason: 'gone' };
    for (const attempt of [1, MAX_ATTEMPTS]) {
      expect(decide({ outcome, attempt }).schedule).toEqual({ action: 'keep' });
    }
  });
});

describe('a failure for good', () => {
  const outcome = aFailure({ retry: false, reason: 'not found (404)' });

  it('is dead at once and asks a person to act', () => {
    expect(decide({ outcome })).toMatchObject({
      message: { state: 'dead', reason: 'not found (404)' },
      run: { status: 'dead', error: 'not found (404)', finishedAtMs: NOW_MS },
      cursors: null,
      health: { runtimeStatus: 'degraded', consecutiveFailures: 1, actionRequired: true, lastSyncAtMs: null },
      schedule: { action: 'keep' },
      activity: [
        {
          severity: 'action_required',
          summary: 'Acme news: not found (404)',
          detail: { kind: 'run_failed', reason: 'not found (404)' },
        },
      ],
    });
  });

  it('asks a person once, until a run succeeds', () => {
    let connection = aConnection({ scheduleArmed: true });
    const outcomes = [outcome, outcome, aFailure(), outcome, anOutcome(), outcome];
    const severities = outcomes.flatMap((each) => {
      const claimed = aClaimedMessage(connection);
      const decided = decideSettlement({ claimed, connection, outcome: each }, { nowMs: NOW_MS, random: () => 0 });
      connection = { ...connection, ...decided.health };
      return decided.activity.map(({ severity }) => severity);
    });
    expect(severities).toEqual(['action_required', 'error', 'error', 'action_required']);
  });

  it('asks a person although failures that might have passed came before it', () => {
    const connection = { consecutiveFailures: 9, runtimeStatus: 'failing' as const };
    expect(decide({ connection, outcome }).activity).toMatchObject([{ severity: 'action_required' }]);
  });

  it('stops the schedule when the handler asks for it, telling it in one row', () => {
    const decided = decide({
      outcome: { ...outcome, disarmReason: 'the feed is gone' },
      connection: { actionRequired: true },
    });
    expect(decided).toMatchObject({
      message: { state: 'dead' },
      health: { runtimeStatus: 'failing', actionRequired: true, lastSyncAtMs: null },
      schedule: { action: 'disarm' },
      activity: [{ severity: 'action_required', detail: { kind: 'schedule_disarmed' } }],
    });
    expect(decided.activity).toHaveLength(1);
  });
});

describe('any outcome whatever', () => {
  const aResult: fc.Arbitrary<HandlerResult> = fc.oneof(
    fc.constant<HandlerResult>({ ok: true }),
    fc.record({
      ok: fc.constant(false as const),
      retry: fc.boolean(),
      reason: anyText(900),
    }),
  );
  const anyOutcome: fc.Arbitrary<AttemptOutcome> = fc.record(
    {
      result: aResult,
      cursorSet: fc.dictionary(fc.string(), fc.jsonValue()),
      cursorCleared: fc.array(fc.string()),
      itemsCreated: fc.nat(9),
      itemsUpdated: fc.nat(9),
      disarmReason: anyText(900),
    },
    { requiredKeys: ['result', 'cursorSet', 'cursorCleared', 'itemsCreated', 'itemsUpdated'] },
  );
  const anyGiven = fc.record({
    connection: fc.record({
      label: fc.string({ maxLength: 900 }),
      runtimeStatus: fc.constantFrom('healthy', 'degraded', 'failing', 'paused', 'reauth_required'),
      consecutiveFailures: fc.nat(9),
      actionRequired: fc.boolean(),
      scheduleArmed: fc.boolean(),
    }),
    outcome: anyOutcome,
    attempt: fc.integer({ min: 1, max: MAX_ATTEMPTS + 2 }),
    kind: fc.constantFrom('schedule', 'manual'),
  });

  it('applies cursors exactly when the run succeeded', () => {
    fc.assert(
      fc.property(anyGiven, (given) => {
        expect(decide(given).cursors !== null).toBe(given.outcome.result.ok);
      }),
    );
  });

  it('is tried again exactly when it may be and attempts are left', () => {
    fc.assert(
      fc.property(anyGiven, (given) => {
        const { result } = given.outcome;
        const again = !result.ok && result.retry && given.attempt < MAX_ATTEMPTS;
        const { message, run } = decide(given);
        expect(message.state === 'waiting').toBe(again);
        expect(run.finishedAtMs === null).toBe(again);
        expect(message.state === 'gone').toBe(result.ok);
      }),
    );
  });

  it('never ends a pause or a lost authorisation', () => {
    fc.assert(
      fc.property(anyGiven, (given) => {
        const { runtimeStatus } = given.connection;
        fc.pre(runtimeStatus === 'paused' || runtimeStatus === 'reauth_required');
        expect(decide(given).health?.runtimeStatus).toBe(runtimeStatus);
      }),
    );
  });

  it('writes only activity rows that the activity schema takes', () => {
    fc.assert(
      fc.property(anyGiven, (given) => {
        for (const row of decide(given).activity) expect(ActivityInputSchema.safeParse(row).success).toBe(true);
      }),
    );
  });

  it('asks a person at the most once', () => {
    fc.assert(
      fc.property(anyGiven, (given) => {
        const asks = decide(given).activity.filter(({ severity }) => severity === 'action_required');
        expect(asks.length).toBeLessThanOrEqual(1);
      }),
    );
  });
});
