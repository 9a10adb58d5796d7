import { setTimeout as sleep } from 'node:timers/promises';
import type { Transaction } from '../../platform/database/database.ts';
import { type ClaimDeps, claimRenewal, LEASE_MS, type RenewalClaim } from './claim-renewal.ts';
import type { Renewal } from './renewal.ts';
import { type SettleDeps, type Settled, settleRenewal } from './settle-renewal.ts';
import { requestTokens, TOKEN_CALL_TIMEOUT_MS, type TokenOutcome } from './token-endpoint.ts';
import { findTokens, openRefreshToken } from './tokens-store.ts';

/** How often a waiter in another process looks for the winner's result. */
const LOOK_AGAIN_MS = 50;
/** Longer than all calls of one renewal may take. */
const WAIT_AT_MOST_MS = 4 * TOKEN_CALL_TIMEOUT_MS;
const EXTEND_EVERY_MS = LEASE_MS / 4;
/** Pauses between the calls of one renewal that fail for a passing reason. */
const PAUSES_MS = [200, 800] as const;
/** An upstream that asks for a longer pause than this is left alone until somebody asks again. */
const LONGEST_PAUSE_MS = 2000;
/** Pauses between attempts to write a result that the database does not take: the tokens would be lost. */
const SAVE_PAUSES_MS = [100, 500, 1000, 2000, 4000] as const;

export interface Refresher {
  /**
   * Replaces tokens that are no longer good: once, for all who ask, in all processes.
   * @param place.seen the generation of the tokens that are no good; newer ones are given back as they are.
   */
  renew(place: RenewalPlace): Promise<Renewal>;
}

export interface RenewalPlace {
  spaceId: string;
  connectionId: string;
  seen: number;
}

export interface RefresherDeps extends ClaimDeps, SettleDeps {
  platform: ClaimDeps['platform'];
  fetch: typeof fetch;
}

/**
 * Renews tokens under a fenced lease: the journal says so before the upstream is asked, and what came of it after. Who
 * comes while a renewal is under way waits for its result; a process that stalls finds its fence stale and writes nothing.
 */
export function createRefresher(deps: RefresherDeps): Refresher {
  const { platform, box, fetch } = deps;
  const { now } = platform;
  // What is done for many callers is part of no transaction of one of them.
  const database = platform.database.apart;
  const underWay = new Map<string, { seen: number; result: Promise<Renewal> }>();

  async function run(place: RenewalPlace): Promise<Renewal> {
    const giveUpAtMs = now().getTime() + WAIT_AT_MOST_MS;
    while (now().getTime() < giveUpAtMs) {
      const step = await database.write((transaction) => claimRenewal(transaction, place, deps));
      if ('done' in step) return step.done;
      if ('claim' in step) {
        const stopExtending = keepLease(step.claim);
        const renewal = await carryOut(step.claim).finally(stopExtending);
        if (renewal !== null) return renewal;
      } else await waitForOthers(place);
    }
    return { kind: 'unavailable', reason: 'waited_too_long', retryAfterMs: null };
  }

  /** Returns when another process has let go of the lease, or as soon as there is something new to see. */
  async function waitForOthers({ spaceId, connectionId, seen }: RenewalPlace): Promise<void> {
    for (;;) {
      await sleep(LOOK_AGAIN_MS);
      const row = await findTokens(database.read, spaceId, connectionId);
      if (!row || row.generation > seen || row.holder === '' || row.lease_expires_at_ms <= now().getTime()) return;
    }
  }

  /** Extends the lease while the upstream is asked. @returns a function that stops it. */
  function keepLease({ row, holder, fence }: RenewalClaim): () => void {
    const extend = () =>
      database.write((transaction) =>
        transaction
          .updateTable('upstream_tokens')
          .set({ lease_expires_at_ms: now().getTime() + LEASE_MS })
          .where('connection_id', '=', row.connection_id)
          .where('holder', '=', holder)
          .where('fence', '=', fence)
          .execute(),
      );
    // One that fails is followed by another in time.
    const timer = setInterval(() => void extend().catch(() => undefined), EXTEND_EVERY_MS);
    return () => clearInterval(timer);
  }

  /** @returns null when the lease was lost meanwhile, and another's result counts. */
  async function carryOut(first: RenewalClaim): Promise<Renewal | null> {
    const refresh_token = openRefreshToken(box, first.row);
    let claim = first;
    for (const pause of [...PAUSES_MS, null]) {
      const outcome = await requestTokens(claim.client, { grant_type: 'refresh_token', refresh_token }, { fetch });
      const asked = (outcome.kind === 'transient' && outcome.retryAfterMs) || 0;
      const again = pause !== null && asked <= LONGEST_PAUSE_MS;
      const settled = await save(claim, outcome, again);
      if (outcome.kind === 'granted') await noteAuthMethod(claim, outcome.authMethod);
      if ('done' in settled) return settled.done;
      if ('lost' in settled) return null;
      claim = settled.again;
      await sleep(Math.max(pause ?? 0, asked));
    }
    return null;
  }

  /** By itself: whoever changes the credential locks it before its Connections. */
  async function noteAuthMethod({ client }: RenewalClaim, method: 'post' | 'basic'): Promise<void> {
    const { id, authMethod } = client.credential;
    if (authMethod === method) return;
    // It is found out again where it could not be noted.
    await database
      .write((transaction) => deps.credentials.noteAuthMethod(transaction, id, method))
      .catch(() => undefined);
  }

  async function save(claim: RenewalClaim, outcome: TokenOutcome, again: boolean): Promise<Settled> {
    const write = () =>
      database.write((transaction: Transaction) => settleRenewal(transaction, { claim, outcome, again }, deps));
    for (const pause of SAVE_PAUSES_MS) {
      try {
        return await write();
      } catch {
        await sleep(pause);
      }
    }
    return write();
  }

  return {
    renew(place) {
      const known = underWay.get(place.connectionId);
      // A renewal of older tokens says nothing about these.
      if (known && known.seen >= place.seen) return known.result;
      const result = run(place).finally(() => {
        if (underWay.get(place.connectionId)?.result === result) underWay.delete(place.connectionId);
      });
      underWay.set(place.connectionId, { seen: place.seen, result });
      return result;
    },
  };
}
