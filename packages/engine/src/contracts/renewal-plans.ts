import type { Registration } from '@withmarfa/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConnectionSnapshot } from '../ports/connections.ts';
import type { PlannedRenewal } from '../ports/renewals.ts';
import { aRenewalMessage } from '../renewals/a-renewal-message.ts';
import type { RenewalEnd } from '../runs/settlement.ts';
import { aSettlement } from './a-settlement.ts';
import type { EngineStore } from './engine-store.ts';
import { createMailboxBench, type MailboxBench } from './mailbox-bench.ts';
import { NOON_MS } from './noon.ts';

const DAY_MS = 86_400_000;
/** More than any database of a test run holds. */
const ALL = 100_000;
/** Earlier than anything else that may be planned in the same database. */
const DAWN_MS = 1000;
const CHANNEL: Registration = { id: 'channel', expires_at: '2026-04-01T12:00:00.000Z', detail: { of: 'a calendar' } };
const ROW = { severity: 'action_required' as const, summary: 'It ends.', detail: { kind: 'registration_expiring' } };

export function describeRenewalPlans(createStore: () => Promise<EngineStore>): void {
  describe('what a settlement plans', () => {
    let bench: MailboxBench;
    beforeAll(async () => {
      bench = createMailboxBench(await createStore());
    });
    afterAll(async () => bench.store.close());

    const load = async ({ connectionId }: ConnectionSnapshot) => bench.store.connections.load(connectionId);
    const dueOf = async ({ connectionId }: ConnectionSnapshot, nowMs: number) =>
      (await bench.store.renewals.due(nowMs, ALL)).find((renewal) => renewal.connectionId === connectionId) ?? null;
    const wish = (connection: ConnectionSnapshot, nowMs = NOON_MS) =>
      bench.store.mailbox.append(aRenewalMessage(connection, { id: crypto.randomUUID(), nowMs }));

    /** A renewal that ends as it is told. */
    async function renew(connection: ConnectionSnapshot, end: Partial<RenewalEnd>): Promise<void> {
      await wish(connection);
      const lease = await bench.lease(connection);
      const renewal: RenewalEnd = { registrations: null, dueAtMs: null, trouble: { state: 'keep' }, ...end };
      const isSettled = await bench.store.mailbox.settle(lease, await bench.claim(lease), aSettlement({ renewal }));
      expect(isSettled).toBe(true);
      await bench.store.leases.release(lease);
    }

    it('is due at its time and not before, as it was planned', async () => {
      const connection = await bench.connection();
      await renew(connection, { registrations: [CHANNEL], dueAtMs: NOON_MS + DAY_MS });
      expect(await load(connection)).toMatchObject({ registrations: [CHANNEL], renewalTold: false });
      expect(await dueOf(connection, NOON_MS + DAY_MS - 1)).toBeNull();
      const { connectionId, spaceId, integrationName } = connection;
      const planned: PlannedRenewal = { connectionId, spaceId, integrationName, dueAtMs: NOON_MS + DAY_MS };
      expect(await dueOf(connection, NOON_MS + DAY_MS)).toEqual(planned);
    });

    it('replaces what was planned and registered before, and leaves what it does not name', async () => {
      const connection = await bench.connection();
      await renew(connection, { registrations: [CHANNEL], dueAtMs: NOON_MS + 1 });
      await renew(connection, { dueAtMs: NOON_MS + 2 });
      expect(await dueOf(connection, NOON_MS + 1)).toBeNull();
      expect((await load(connection))?.registrations).toEqual([CHANNEL]);
      await renew(connection, { registrations: [], dueAtMs: null });
      expect(await bench.store.renewalDueAtMs(connection.connectionId)).toBeNull();
      expect((await load(connection))?.registrations).toEqual([]);
    });

    it('is never due once its Connection is revoked, and is while it is paused', async () => {
      const connection = await bench.connection();
      await renew(connection, { dueAtMs: DAWN_MS });
      expect(await bench.store.renewals.nextDueAtMs()).toBe(DAWN_MS);
      await bench.store.putConnection({ ...connection, runtimeStatus: 'paused' });
      expect(await dueOf(connection, DAWN_MS)).not.toBeNull();
      await bench.store.putConnection({ ...connection, active: false });
      expect(await dueOf(connection, NOON_MS)).toBeNull();
      expect(await bench.store.renewals.nextDueAtMs()).not.toBe(DAWN_MS);
    });

    it('gives the earliest first, as many as asked for at the most', async () => {
      const later = await bench.connection();
      const first = await bench.connection();
      await renew(later, { dueAtMs: DAWN_MS - 1 });
      await renew(first, { dueAtMs: DAWN_MS - 2 });
      const ids = async (limit: number) =>
        (await bench.store.renewals.due(DAWN_MS - 1, limit)).map(({ connectionId }) => connectionId);
      expect(await ids(1)).toEqual([first.connectionId]);
      expect(await ids(ALL)).toEqual([first.connectionId, later.connectionId]);
      for (const { connectionId } of [first, later])
        await bench.store.putConnection({ ...first, connectionId, active: false });
    });

    it('is fired once when twenty hosts claim it at once, and is planned no longer', async () => {
      const connection = await bench.connection();
      await renew(connection, { dueAtMs: NOON_MS });
      const planned = await dueOf(connection, NOON_MS);
      if (!planned) throw new Error('expected a renewal');
      const before = (await bench.store.runs(connection.connectionId)).length;
      const claims = Array.from({ length: 20 }, () => {
        // Without its key nothing but the claim itself can keep the others out.
        const { coalesceKey: _, ...message } = aRenewalMessage(connection, {
          id: crypto.randomUUID(),
          nowMs: NOON_MS,
        });
        return bench.store.renewals.claim(planned, message);
      });
      const results = await Promise.all(claims);
      expect(results.filter((result) => result === 'fired')).toHaveLength(1);
      expect(results.filter((result) => result === 'lost')).toHaveLength(19);
      expect(await bench.store.runs(connection.connectionId)).toHaveLength(before + 1);
      expect(await bench.store.renewalDueAtMs(connection.connectionId)).toBeNull();
    });

    it('adds no second message to one that waits', async () => {
      const connection = await bench.connection();
      await renew(connection, { dueAtMs: NOON_MS });
      await wish(connection);
      const planned = await dueOf(connection, NOON_MS);
      if (!planned) throw new Error('expected a renewal');
      const message = aRenewalMessage(connection, { id: crypto.randomUUID(), nowMs: NOON_MS });
      expect(await bench.store.renewals.claim(planned, message)).toBe('already_waiting');
      const lease = await bench.lease(connection);
      expect(await bench.claimAll(lease)).toHaveLength(1);
    });

    it('takes the row away that told of trouble, and no other, once that is solved', async () => {
      const connection = await bench.connection();
      const { connectionId } = connection;
      await renew(connection, { trouble: { state: 'told', row: ROW } });
      expect(await bench.store.activity(connectionId)).toEqual([ROW]);
      expect((await load(connection))?.renewalTold).toBe(true);
      await renew(connection, { trouble: { state: 'keep' } });
      expect((await load(connection))?.renewalTold).toBe(true);
      const other = await bench.connection();
      await renew(other, { trouble: { state: 'told', row: ROW } });
      await renew(connection, { trouble: { state: 'solved' } });
      expect(await bench.store.activity(connectionId)).toEqual([]);
      expect((await load(connection))?.renewalTold).toBe(false);
      expect(await bench.store.activity(other.connectionId)).toEqual([ROW]);
    });

    it.each(['paused', 'reauth_required'] as const)(
      'waits in the mailbox while its Connection is %s',
      async (status) => {
        const connection = await bench.connection({ runtimeStatus: status });
        await wish(connection);
        const lease = await bench.lease(connection);
        expect(await bench.store.mailbox.claimNext(lease, NOON_MS)).toBeNull();
        await bench.store.putConnection({ ...connection, runtimeStatus: 'healthy' });
        expect((await bench.claim(lease)).message.kind).toBe('renew');
      },
    );
  });
}
