import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ConnectionSnapshot } from '../ports/connections.ts';
import type { NewMessage } from '../ports/mailbox.ts';
import type { ArmedSchedule, NextTick } from '../ports/schedules.ts';
import { aConnection } from './a-connection.ts';
import { aMessage } from './a-message.ts';
import type { EngineStore } from './engine-store.ts';
import { NOON_MS } from './noon.ts';

const HOUR_MS = 3_600_000;
const AT_ONE: NextTick = { tickAtMs: NOON_MS + HOUR_MS, dueAtMs: NOON_MS + HOUR_MS + 7000 };
/** Earlier than anything else that may be armed in the same database. */
const DAWN_MS = 1000;
/** More than any database of a test run holds. */
const ALL = 100_000;

/**
 * What every schedule store must do.
 * @param name of the implementation, for the report.
 * @param createStore opens a store; it may hold other Connections already.
 */
export function describeSchedules(name: string, createStore: () => Promise<EngineStore>): void {
  describe(`schedules (${name})`, () => {
    let store: EngineStore;
    const armed: string[] = [];
    beforeAll(async () => {
      store = await createStore();
    });
    // What is due is asked over all Connections, so a test leaves nothing armed behind.
    afterEach(async () => {
      for (const connectionId of armed.splice(0)) await store.schedules.disarm(connectionId);
    });
    afterAll(async () => store.close());

    async function armedConnection(overrides: Partial<ConnectionSnapshot> = {}, times: Partial<NextTick> = {}) {
      const connection = aConnection(overrides);
      await store.putConnection(connection);
      const schedule = aSchedule(connection, times);
      await arm(schedule);
      return { connection, schedule };
    }

    async function arm(schedule: ArmedSchedule): Promise<void> {
      armed.push(schedule.connectionId);
      await store.schedules.arm(schedule);
    }

    async function dueSchedule({ connectionId }: ConnectionSnapshot, nowMs: number): Promise<ArmedSchedule | null> {
      const due = await store.schedules.due(nowMs, ALL);
      return due.find((schedule) => schedule.connectionId === connectionId) ?? null;
    }

    it('is due when its time has come, not at its tick and not before, and given back as it was armed', async () => {
      const { connection, schedule } = await armedConnection(
        { crons: ['0 * * * *', '30 6 * * 1'] },
        { dueAtMs: NOON_MS + 7000 },
      );
      expect(await dueSchedule(connection, NOON_MS + 6999)).toBeNull();
      expect(await dueSchedule(connection, NOON_MS + 7000)).toEqual(schedule);
    });

    it('shows as armed on the Connection, and no longer when it is disarmed', async () => {
      const { connection } = await armedConnection();
      expect((await store.connections.load(connection.connectionId))?.scheduleArmed).toBe(true);
      await store.schedules.disarm(connection.connectionId);
      expect((await store.connections.load(connection.connectionId))?.scheduleArmed).toBe(false);
      expect(await dueSchedule(connection, NOON_MS)).toBeNull();
    });

    it('replaces what was armed before', async () => {
      const { connection, schedule } = await armedConnection();
      await arm({ ...schedule, ...AT_ONE });
      expect(await dueSchedule(connection, NOON_MS)).toBeNull();
      expect(await dueSchedule(connection, AT_ONE.dueAtMs)).toMatchObject(AT_ONE);
    });

    it('gives the earliest first, as many as asked for at the most', async () => {
      const later = await armedConnection({}, { tickAtMs: DAWN_MS, dueAtMs: DAWN_MS + 2 });
      const first = await armedConnection({}, { tickAtMs: DAWN_MS, dueAtMs: DAWN_MS });
      const second = await armedConnection({}, { tickAtMs: DAWN_MS, dueAtMs: DAWN_MS + 1 });
      expect(await store.schedules.due(DAWN_MS + 2, 2)).toEqual([first.schedule, second.schedule]);
      expect(await store.schedules.due(DAWN_MS + 2, ALL)).toEqual([first.schedule, second.schedule, later.schedule]);
    });

    it.each([
      ['revoked', { active: false }],
      ['paused', { runtimeStatus: 'paused' as const }],
    ])('never lets a %s Connection be due', async (_state, overrides) => {
      const { connection } = await armedConnection();
      await store.putConnection({ ...connection, ...overrides });
      expect(await dueSchedule(connection, NOON_MS + HOUR_MS)).toBeNull();
    });

    it('lets a Connection be due again that is no longer paused', async () => {
      const { connection, schedule } = await armedConnection();
      await store.putConnection({ ...connection, runtimeStatus: 'paused' });
      await store.putConnection(connection);
      expect(await dueSchedule(connection, NOON_MS)).toEqual(schedule);
    });

    it('tells when the next one is due, leaving out Connections that are revoked or paused', async () => {
      await armedConnection({ active: false }, { tickAtMs: DAWN_MS, dueAtMs: DAWN_MS });
      await armedConnection({ runtimeStatus: 'paused' }, { tickAtMs: DAWN_MS, dueAtMs: DAWN_MS });
      await armedConnection({}, { tickAtMs: DAWN_MS, dueAtMs: DAWN_MS + 2 });
      await armedConnection({}, { tickAtMs: DAWN_MS, dueAtMs: DAWN_MS + 1 });
      expect(await store.schedules.nextDueAtMs()).toBe(DAWN_MS + 1);
    });

    it('moves on and appends its message when it is claimed', async () => {
      const { connection, schedule } = await armedConnection();
      const message = aTick(connection, schedule.tickAtMs);
      expect(await store.schedules.claim(schedule, AT_ONE, message)).toBe('fired');
      expect(await dueSchedule(connection, AT_ONE.dueAtMs - 1)).toBeNull();
      expect(await dueSchedule(connection, AT_ONE.dueAtMs)).toEqual({ ...schedule, ...AT_ONE });
      const runs = await store.runs(connection.connectionId);
      expect(runs).toMatchObject([{ id: message.id, trigger: 'schedule', status: 'queued' }]);
      expect(await store.mailbox.connectionsWithMail(NOON_MS, ALL)).toContain(connection.connectionId);
    });

    it('fires once when twenty hosts claim it at once', async () => {
      const { connection, schedule } = await armedConnection();
      const results = await Promise.all(
        Array.from({ length: 20 }, () =>
          // Without keys on the message nothing but the claim itself can keep the others out.
          store.schedules.claim(schedule, AT_ONE, aMessage(connection)),
        ),
      );
      expect(results.filter((result) => result === 'fired')).toHaveLength(1);
      expect(results.filter((result) => result === 'lost')).toHaveLength(19);
      expect(await store.runs(connection.connectionId)).toHaveLength(1);
    });

    it('moves on without a second message while the first one waits', async () => {
      const { connection, schedule } = await armedConnection();
      await store.schedules.claim(schedule, AT_ONE, aTick(connection, schedule.tickAtMs));
      const atTwo = { tickAtMs: NOON_MS + 2 * HOUR_MS, dueAtMs: NOON_MS + 2 * HOUR_MS };
      const result = await store.schedules.claim({ ...schedule, ...AT_ONE }, atTwo, aTick(connection, AT_ONE.tickAtMs));
      expect(result).toBe('already_waiting');
      expect(await store.runs(connection.connectionId)).toHaveLength(1);
      expect(await dueSchedule(connection, atTwo.dueAtMs)).toMatchObject(atTwo);
    });

    it('moves on without a second message for a tick that has fired before', async () => {
      const { connection, schedule } = await armedConnection();
      const { coalesceKey: _key, ...tick } = aTick(connection, schedule.tickAtMs);
      await store.mailbox.append(tick);
      const again = { ...tick, id: crypto.randomUUID() };
      expect(await store.schedules.claim(schedule, AT_ONE, again)).toBe('already_waiting');
      expect(await store.runs(connection.connectionId)).toHaveLength(1);
      expect(await dueSchedule(connection, AT_ONE.dueAtMs)).toMatchObject(AT_ONE);
    });

    it('is disarmed by a claim without a next tick', async () => {
      const { connection, schedule } = await armedConnection();
      expect(await store.schedules.claim(schedule, null, aTick(connection, schedule.tickAtMs))).toBe('fired');
      expect((await store.connections.load(connection.connectionId))?.scheduleArmed).toBe(false);
      expect(await dueSchedule(connection, NOON_MS + 24 * HOUR_MS)).toBeNull();
    });

    it('is lost to a claim when it was armed anew or disarmed since it was read', async () => {
      const rearmed = await armedConnection();
      await arm({ ...rearmed.schedule, ...AT_ONE });
      const disarmed = await armedConnection();
      await store.schedules.disarm(disarmed.connection.connectionId);
      for (const { connection, schedule } of [rearmed, disarmed]) {
        const tick = aTick(connection, schedule.tickAtMs);
        expect(await store.schedules.claim(schedule, AT_ONE, tick)).toBe('lost');
        expect(await store.runs(connection.connectionId)).toEqual([]);
      }
      expect((await store.connections.load(disarmed.connection.connectionId))?.scheduleArmed).toBe(false);
    });
  });
}

function aSchedule(connection: ConnectionSnapshot, times: Partial<NextTick>): ArmedSchedule {
  const { connectionId, spaceId, integrationName, crons } = connection;
  return { connectionId, spaceId, integrationName, crons, tickAtMs: NOON_MS, dueAtMs: NOON_MS, ...times };
}

function aTick(connection: ConnectionSnapshot, tickAtMs: number): NewMessage {
  const { connectionId, spaceId, integrationName } = connection;
  return aMessage(connection, {
    message: {
      kind: 'schedule',
      integration_name: integrationName,
      connection_id: connectionId,
      tenant_id: spaceId,
      scheduled_for_ms: tickAtMs,
    },
    dedupeKey: `schedule:${tickAtMs}`,
    coalesceKey: 'schedule',
  });
}
