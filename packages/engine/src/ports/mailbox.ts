import type { QueueMessage } from '@withmarfa/shared';
import type { Settlement } from '../runs/settlement.ts';
import type { Lease } from './leases.ts';

/** A message on its way into a Connection's mailbox. Its id is also the id of its run record. */
export interface NewMessage {
  id: string;
  spaceId: string;
  connectionId: string;
  message: QueueMessage;
  /** At most one message with this key is ever accepted per Connection (a webhook's delivery id, a tick's time). */
  dedupeKey?: string;
  /**
   * At most one *waiting* message with this key per Connection, whether it waits for its first attempt or for another
   * one; a second is refused meanwhile, and the waiting one takes on what an item event tells (`foldMessages`). A refused
   * message does not use up its dedupe key.
   */
  coalesceKey?: string;
  /** Messages about the same subject keep their order even when one of them waits for a retry. */
  subject?: string;
  /** Of a webhook: where its headers and its body are kept already; those of `message` are then empty. */
  receiptId?: string;
  /** The run whose message this one is again. */
  replayOf?: string;
  queuedAtMs: number;
}

export type AppendResult = { accepted: true } | { accepted: false; reason: 'duplicate' | 'already_waiting' };

/** A message as it is claimed for one attempt; `attempt` counts from 1. */
export interface ClaimedMessage {
  id: string;
  spaceId: string;
  connectionId: string;
  message: QueueMessage;
  subject: string | null;
  attempt: number;
  queuedAtMs: number;
}

/**
 * The mailboxes of all Connections: the record of what has to be done. A message is in exactly one state: waiting,
 * running, dead, or gone with its run record telling how it ended.
 */
export interface Mailbox {
  /** Inserts message and queued run record in one act; the unique key is the claim, never check-then-insert. */
  append(message: NewMessage): Promise<AppendResult>;
  /**
   * Takes the next runnable message of the leased Connection, first in, first out: waiting messages whose time has
   * come and whose subject no earlier unfinished message holds, and messages that an earlier lease left running. A
   * message that was never tried is runnable at once, wherever the clock has been set since. What is held back while its
   * Connection cannot work (`isHeld`) is not runnable; the same goes for the two questions below.
   * Marks it and its run record running and counts the attempt.
   * @returns null when nothing is runnable, `stale` when the lease has been taken over or released.
   */
  claimNext(lease: Lease, nowMs: number): Promise<ClaimedMessage | null | 'stale'>;
  /**
   * Ends one attempt: message, run record, cursors, the Connection's health, schedule and activity rows in one
   * transaction, or nothing at all. A message that goes back to waiting takes the place of a newer one that waits with
   * the same coalesce key, and takes on what that one tells: the newer one is gone and its run `skipped`.
   * @returns false when the lease's fence is stale or this attempt has been ended before; then nothing was written.
   */
  settle(lease: Lease, claimed: ClaimedMessage, settlement: Settlement): Promise<boolean>;
  /**
   * @returns when the Connection's earliest waiting message becomes runnable (any time up to now when it is already),
   * or null. A message whose subject an earlier one holds does not count until that one has ended.
   */
  nextDueAtMs(connectionId: string): Promise<number | null>;
  /** Connections with a runnable message or one left running by a lease that has ended, for the sweep after a start. */
  connectionsWithMail(nowMs: number, limit: number): Promise<string[]>;
}
