import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConnectionSnapshot } from '../ports/connections.ts';
import type { ConnectionHealth, Settlement } from '../runs/settlement.ts';
import { aMessage } from './a-message.ts';
import { aRetry, aSettlement } from './a-settlement.ts';
import type { EngineStore } from './engine-store.ts';
import { createMailboxBench, type MailboxBench, TTL_MS } from './mailbox-bench.ts';
import { NOON_MS } from './noon.ts';

const HEALTHY: ConnectionHealth = {
  runtimeStatus: 'healthy',
  consecutiveFailures: 0,
  actionRequired: false,
  lastSyncAtMs: NOON_MS,
  lastErrorAtMs: null,
};
const FAILING: ConnectionHealth = {
  runtimeStatus: 'failing',
  consecutiveFailures: 3,
  actionRequired: true,
  lastSyncAtMs: null,
  lastErrorAtMs: NOON_MS + 1000,
};

export function describeSettling(createStore: () => Promise<EngineStore>): void {
  describe('settling', () => {
    let bench: MailboxBench;
    beforeAll(async () => {
      bench = createMailboxBench(await createStore());
    });
    afterAll(async () => bench.store.close());

    async function runningMessage(overrides: Partial<ConnectionSnapshot> = {}) {
      const connection = await bench.connection(overrides);
      await bench.store.mailbox.append(aMessage(connection));
      const lease = await bench.lease(connection);
      return { connection, lease, claimed: await bench.claim(lease) };
    }

    /** Ends one more attempt of `connection` under `lease` with `settlement`. */
    async function settleAnother(connection: ConnectionSnapshot, settlement: Settlement): Promise<void> {
      await bench.store.mailbox.append(aMessage(connection));
      const lease = await bench.lease(connection);
      expect(await bench.store.mailbox.settle(lease, await bench.claim(lease), settlement)).toBe(true);
      await bench.store.leases.release(lease);
    }

    const everything: Settlement = aSettlement({
      run: { status: 'succeeded', error: null, itemsCreated: 3, itemsUpdated: 2, finishedAtMs: NOON_MS + 900 },
      cursors: { set: { main: { etag: '"ä"', seen: [['a', 1]] } }, cleared: ['old'] },
      health: HEALTHY,
      schedule: { action: 'arm', tickAtMs: NOON_MS + 60_000, dueAtMs: NOON_MS + 61_000 },
      activity: [
        { severity: 'info', summary: 'Acme news: 3 items created', detail: { kind: 'run_succeeded', n: [1] } },
        { severity: 'warning', summary: 'second', detail: {} },
      ],
    });

    it('writes message, run, cursors, health, schedule and activity', async () => {
      const { connection, lease, claimed } = await runningMessage({ cursors: { old: 1, kept: null } });
      expect(await bench.store.mailbox.settle(lease, claimed, everything)).toBe(true);
      const { connectionId } = connection;
      expect(await bench.store.mailbox.claimNext(lease, NOON_MS)).toBeNull();
      const [run] = await bench.store.runs(connectionId);
      expect(run).toMatchObject({
        status: 'succeeded',
        attempt: 1,
        items_created: 3,
        items_updated: 2,
        finished_at: new Date(NOON_MS + 900).toISOString(),
      });
      expect(run?.error).toBeUndefined();
      expect(await bench.store.cursors(connectionId)).toEqual({ kept: null, main: { etag: '"ä"', seen: [['a', 1]] } });
      expect(await bench.store.health(connectionId)).toEqual(HEALTHY);
      expect(await bench.store.activity(connectionId)).toHaveLength(2);
      expect(await bench.store.activity(connectionId)).toEqual(expect.arrayContaining([...everything.activity]));
      expect(await bench.store.connections.load(connectionId)).toMatchObject({
        runtimeStatus: 'healthy',
        consecutiveFailures: 0,
        actionRequired: false,
        cursors: { kept: null, main: { etag: '"ä"', seen: [['a', 1]] } },
        scheduleArmed: true,
      });
      await bench.store.schedules.disarm(connectionId);
    });

    it('writes nothing at all when a part of it cannot be stored', async () => {
      const { connection, lease, claimed } = await runningMessage({ cursors: { old: 1 } });
      const unstorable = { ...everything, activity: [{ severity: 'info' as const, summary: 'x', detail: { n: 1n } }] };
      await expect(bench.store.mailbox.settle(lease, claimed, unstorable)).rejects.toThrow();
      const { connectionId } = connection;
      expect(await bench.store.runs(connectionId)).toMatchObject([{ status: 'running', items_created: 0 }]);
      expect(await bench.store.cursors(connectionId)).toEqual({ old: 1 });
      expect(await bench.store.health(connectionId)).toMatchObject({ lastSyncAtMs: null });
      expect(await bench.store.activity(connectionId)).toEqual([]);
      expect((await bench.store.connections.load(connectionId))?.scheduleArmed).toBe(false);
      expect(await bench.store.mailbox.settle(lease, claimed, aSettlement())).toBe(true);
    });

    it('writes nothing at all under a lease that was taken over', async () => {
      const { connection, lease, claimed } = await runningMessage({ cursors: { old: 1 } });
      const successor = await bench.lease(connection, NOON_MS + TTL_MS + 1);
      expect(await bench.store.mailbox.settle(lease, claimed, everything)).toBe(false);
      const { connectionId } = connection;
      expect(await bench.store.runs(connectionId)).toMatchObject([{ status: 'running', items_created: 0 }]);
      expect(await bench.store.cursors(connectionId)).toEqual({ old: 1 });
      expect(await bench.store.health(connectionId)).toMatchObject({ lastSyncAtMs: null });
      expect(await bench.store.activity(connectionId)).toEqual([]);
      expect((await bench.store.connections.load(connectionId))?.scheduleArmed).toBe(false);
      expect(await bench.claim(successor, NOON_MS + TTL_MS + 1)).toMatchObject({ id: claimed.id, attempt: 2 });
    });

    it('writes nothing under a lease that was taken over and whose message the successor has ended', async () => {
      const { connection, lease, claimed } = await runningMessage();
      const successor = await bench.lease(connection, NOON_MS + TTL_MS + 1);
      const again = await bench.claim(successor, NOON_MS + TTL_MS + 1);
      expect(await bench.store.mailbox.settle(successor, again, aSettlement())).toBe(true);
      expect(await bench.store.mailbox.settle(lease, claimed, aRetry(NOON_MS))).toBe(false);
      expect(await bench.store.runs(connection.connectionId)).toMatchObject([{ status: 'succeeded', attempt: 2 }]);
      expect(await bench.store.mailbox.claimNext(successor, NOON_MS + TTL_MS + 1)).toBeNull();
    });

    it('ends an attempt once, however often it is told', async () => {
      const { connection, lease, claimed } = await runningMessage();
      expect(await bench.store.mailbox.settle(lease, claimed, aRetry(NOON_MS + 5000))).toBe(true);
      expect(await bench.store.mailbox.settle(lease, claimed, everything)).toBe(false);
      expect(await bench.store.runs(connection.connectionId)).toMatchObject([{ status: 'retrying', items_created: 0 }]);
      expect(await bench.store.activity(connection.connectionId)).toEqual([]);
    });

    it('keeps the error and the attempt of a run that will be tried again, and clears the error when it succeeds', async () => {
      const { connection, lease, claimed } = await runningMessage({ cursors: { main: 1 } });
      await bench.store.mailbox.settle(lease, claimed, aRetry(NOON_MS + 5000));
      const { connectionId } = connection;
      const waiting = { status: 'retrying', attempt: 1, error: 'upstream is down', finished_at: null };
      expect(await bench.store.runs(connectionId)).toMatchObject([waiting]);
      expect(await bench.store.cursors(connectionId)).toEqual({ main: 1 });
      await bench.store.mailbox.settle(lease, await bench.claim(lease, NOON_MS + 5000), aSettlement());
      const [run] = await bench.store.runs(connectionId);
      expect(run).toMatchObject({ status: 'succeeded', attempt: 2 });
      expect(run?.error).toBeUndefined();
    });

    it('adds up the items of all attempts', async () => {
      const { connection, lease, claimed } = await runningMessage();
      const failed = aRetry(NOON_MS);
      failed.run.itemsCreated = 400;
      failed.run.itemsUpdated = 1;
      await bench.store.mailbox.settle(lease, claimed, failed);
      const rest = aSettlement();
      rest.run.itemsCreated = 100;
      await bench.store.mailbox.settle(lease, await bench.claim(lease), rest);
      expect(await bench.store.runs(connection.connectionId)).toMatchObject([{ items_created: 500, items_updated: 1 }]);
    });

    it('leaves cursors and health as they are when a settlement says nothing about them', async () => {
      const connection = await bench.connection({ cursors: { main: 1 } });
      await settleAnother(connection, aSettlement({ health: FAILING }));
      await settleAnother(connection, aSettlement());
      expect(await bench.store.cursors(connection.connectionId)).toEqual({ main: 1 });
      expect(await bench.store.health(connection.connectionId)).toEqual(FAILING);
    });

    it('keeps the last sync over a failure, and clears the last error with a success', async () => {
      const connection = await bench.connection();
      await settleAnother(connection, aSettlement({ health: HEALTHY }));
      await settleAnother(connection, aSettlement({ health: FAILING }));
      expect(await bench.store.health(connection.connectionId)).toEqual({ ...FAILING, lastSyncAtMs: NOON_MS });
      const healed = { ...HEALTHY, lastSyncAtMs: NOON_MS + 5000 };
      await settleAnother(connection, aSettlement({ health: healed }));
      expect(await bench.store.health(connection.connectionId)).toEqual(healed);
    });

    it.each(['paused', 'reauth_required'] as const)(
      'leaves a Connection %s that became so during the run',
      async (status) => {
        const { connection, lease, claimed } = await runningMessage();
        await bench.store.putConnection({ ...connection, runtimeStatus: status });
        await bench.store.mailbox.settle(lease, claimed, aSettlement({ health: HEALTHY }));
        expect(await bench.store.health(connection.connectionId)).toMatchObject({
          runtimeStatus: status,
          lastSyncAtMs: NOON_MS,
        });
      },
    );

    it('puts a retry in the place of a newer message with its coalesce key, whose run is skipped', async () => {
      const connection = await bench.connection();
      const older = aMessage(connection, { coalesceKey: 'schedule' });
      const newer = aMessage(connection, { coalesceKey: 'schedule' });
      const other = aMessage(connection, { coalesceKey: 'something else' });
      await bench.store.mailbox.append(older);
      const lease = await bench.lease(connection);
      const claimed = await bench.claim(lease);
      await bench.store.mailbox.append(newer);
      await bench.store.mailbox.append(other);
      expect(await bench.store.mailbox.settle(lease, claimed, aRetry(NOON_MS + 5000))).toBe(true);
      const byId = new Map((await bench.store.runs(connection.connectionId)).map((run) => [run.id, run]));
      expect(byId.get(older.id)).toMatchObject({ status: 'retrying' });
      expect(byId.get(newer.id)).toMatchObject({ status: 'skipped', attempt: 0 });
      expect(byId.get(newer.id)?.finished_at).not.toBeNull();
      expect(await bench.claimAll(lease, NOON_MS + 5000)).toEqual([older.id, other.id]);
    });

    it('stops the schedule when told to', async () => {
      const { connection, lease, claimed } = await runningMessage();
      const { connectionId, spaceId, integrationName, crons } = connection;
      const times = { tickAtMs: NOON_MS, dueAtMs: NOON_MS };
      await bench.store.schedules.arm({ connectionId, spaceId, integrationName, crons, ...times });
      await bench.store.mailbox.settle(lease, claimed, aSettlement({ schedule: { action: 'disarm' } }));
      expect((await bench.store.connections.load(connectionId))?.scheduleArmed).toBe(false);
      const due = await bench.store.schedules.due(NOON_MS, 10_000);
      expect(due.map((schedule) => schedule.connectionId)).not.toContain(connectionId);
    });

    it('starts the schedule again when told to', async () => {
      const { connection, lease, claimed } = await runningMessage();
      const times = { tickAtMs: NOON_MS + 1000, dueAtMs: NOON_MS + 2000 };
      await bench.store.mailbox.settle(lease, claimed, aSettlement({ schedule: { action: 'arm', ...times } }));
      const { connectionId, spaceId, integrationName, crons } = connection;
      const due = await bench.store.schedules.due(NOON_MS + 2000, 10_000);
      expect(due.find((schedule) => schedule.connectionId === connectionId)).toEqual({
        connectionId,
        spaceId,
        integrationName,
        crons,
        ...times,
      });
      await bench.store.schedules.disarm(connectionId);
    });
  });
}
