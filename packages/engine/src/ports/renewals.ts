import type { NewMessage } from './mailbox.ts';

/** When what a Connection has registered at its upstream is to be renewed. */
export interface PlannedRenewal {
  connectionId: string;
  spaceId: string;
  integrationName: string;
  dueAtMs: number;
}

/**
 * The clock of renewals. Whoever wants one at once appends its message and plans nothing; what comes of each is part of its
 * settlement, which plans the next one.
 */
export interface Renewals {
  /** Renewals that are due, earliest first. Connections that are revoked are never among them. */
  due(nowMs: number, limit: number): Promise<PlannedRenewal[]>;
  /** When the next one is due, or null. */
  nextDueAtMs(): Promise<number | null>;
  /**
   * Takes a due renewal off the clock and appends its message, in one act, if it is still planned as it was read. While a
   * message waits already the refused one is in that one's place.
   */
  claim(renewal: PlannedRenewal, message: NewMessage): Promise<'fired' | 'already_waiting' | 'lost'>;
}
