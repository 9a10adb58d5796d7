import type { Registration } from '@withmarfa/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createManualClock, type ManualClock } from '../memory/manual-clock.ts';
import type { ConnectionSnapshot } from '../ports/connections.ts';
import type { AttemptOutcome } from '../ports/runner.ts';
import { aRenewalMessage } from '../renewals/a-renewal-message.ts';
import { fireDueRenewals } from '../renewals/fire-due-renewals.ts';
import { drainConnection } from '../runs/drain-connection.ts';
import { aConnection } from './a-connection.ts';
import type { EngineStore } from './engine-store.ts';
import { NOON_MS } from './noon.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MONTH_MS = 30 * DAY_MS;
const DONE = { cursorSet: {}, cursorCleared: [], itemsCreated: 0, itemsUpdated: 0 };

/** A channel at an upstream that gives thirty days to each. */
interface Upstream {
  /** When each was made, in days since the beginning. */
  made: number[];
  endMs: number;
  isDown: boolean;
}

export function describeRenewalLife(createStore: () => Promise<EngineStore>): void {
  describe('a registration of thirty days', () => {
    let store: EngineStore;
    beforeAll(async () => {
      store = await createStore();
    });
    afterAll(async () => store.close());

    async function registered() {
      const clock = createManualClock(NOON_MS);
      const connection = aConnection();
      await store.putConnection(connection);
      await store.mailbox.append(aRenewalMessage(connection, { id: crypto.randomUUID(), nowMs: NOON_MS }));
      const upstream: Upstream = { made: [], endMs: 0, isDown: false };
      await drain(connection, { clock, upstream });
      return { clock, connection, upstream };
    }

    function run(clock: ManualClock, upstream: Upstream): AttemptOutcome {
      if (upstream.isDown) return { ...DONE, result: { ok: false, retry: true, reason: 'upstream is down' } };
      upstream.made.push((clock.nowMs() - NOON_MS) / DAY_MS);
      upstream.endMs = clock.nowMs() + MONTH_MS;
      const channel: Registration = {
        id: `channel-${upstream.made.length}`,
        expires_at: new Date(upstream.endMs).toISOString(),
      };
      return { ...DONE, result: { ok: true }, registrations: [channel] };
    }

    const drain = (
      { connectionId }: ConnectionSnapshot,
      { clock, upstream }: { clock: ManualClock; upstream: Upstream },
    ) =>
      drainConnection(connectionId, {
        ports: { ...store, runner: { run: async () => run(clock, upstream) } },
        clock,
        random: () => 0.5,
        holder: crypto.randomUUID(),
        leaseTtlMs: 30_000,
        runTimeoutMs: 120_000,
        turn: { maxMessages: 20, maxMs: 10_000 },
        noMoreClaims: new AbortController().signal,
        cutShort: new AbortController().signal,
        onFault: (error) => {
          throw error;
        },
      });

    /** What a host does when it looks: fires what is due, and drains. */
    async function look(at: Awaited<ReturnType<typeof registered>>): Promise<void> {
      await fireDueRenewals({
        renewals: store.renewals,
        clock: at.clock,
        newId: () => crypto.randomUUID(),
        ring: () => undefined,
        onFault: (error) => {
          throw error;
        },
        signal: new AbortController().signal,
      });
      await drain(at.connection, at);
    }

    it('is renewed each time over ninety days, a day before it ends', async () => {
      const at = await registered();
      for (let day = 1; day <= 90; day += 1) {
        at.clock.jump(DAY_MS);
        await look(at);
        expect(at.upstream.endMs, `on day ${day}`).toBeGreaterThan(at.clock.nowMs());
      }
      expect(at.upstream.made).toEqual([0, 29, 58, 87]);
      expect(await store.activity(at.connection.connectionId)).toEqual([]);
      expect(await store.health(at.connection.connectionId)).toMatchObject({ runtimeStatus: 'healthy' });
    });

    it('is renewed by the first look of a host that was down over its time', async () => {
      const at = await registered();
      at.clock.jump(40 * DAY_MS);
      await look(at);
      expect(at.upstream.made).toEqual([0, 40]);
    });

    it('is told of once before it ends when it cannot be renewed, asked for every hour, and taken back', async () => {
      const at = await registered();
      const { connectionId } = at.connection;
      const rows = () => store.activity(connectionId);
      at.upstream.isDown = true;
      at.clock.jump(29 * DAY_MS);
      await look(at);
      expect(await rows()).toEqual([]);
      for (let attempt = 2; attempt <= 5; attempt += 1) {
        at.clock.jump(60_000);
        await look(at);
      }
      const [row] = await rows();
      expect(row).toMatchObject({
        severity: 'action_required',
        detail: { kind: 'registration_expiring', expires_at: new Date(at.upstream.endMs).toISOString() },
      });
      expect(at.clock.nowMs()).toBeLessThan(at.upstream.endMs - 23 * HOUR_MS);
      for (let hour = 1; hour <= 48; hour += 1) {
        at.clock.jump(HOUR_MS);
        await look(at);
      }
      expect(await rows()).toEqual([row]);
      expect((await store.connections.load(connectionId))?.registrations).toHaveLength(1);
      expect(await store.health(connectionId)).toMatchObject({ runtimeStatus: 'healthy', consecutiveFailures: 0 });
      at.upstream.isDown = false;
      at.clock.jump(HOUR_MS);
      await look(at);
      expect(at.upstream.made).toHaveLength(2);
      expect(await rows()).toEqual([]);
      const statuses = (await store.runs(connectionId)).map(({ status }) => status);
      expect(statuses).not.toContain('queued');
      expect(statuses).toContain('dead');
    });
  });
}
