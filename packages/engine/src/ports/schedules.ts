import type { NewMessage } from './mailbox.ts';

/** One armed Connection. `dueAtMs` is when it fires, `tickAtMs` the cron time that stands for. */
export interface ArmedSchedule {
  connectionId: string;
  spaceId: string;
  integrationName: string;
  crons: readonly string[];
  tickAtMs: number;
  dueAtMs: number;
}

export interface NextTick {
  tickAtMs: number;
  dueAtMs: number;
}

export interface Schedules {
  /** Arms or re-arms a Connection, replacing what was there. */
  arm(schedule: ArmedSchedule): Promise<void>;
  disarm(connectionId: string): Promise<void>;
  /** Armed schedules that are due, earliest first. Connections that are revoked or paused are never among them. */
  due(nowMs: number, limit: number): Promise<ArmedSchedule[]>;
  /** When the next one is due, or null. */
  nextDueAtMs(): Promise<number | null>;
  /**
   * Moves a due schedule on to `next` and appends its message, in one act, if nobody else has moved it since it was
   * read. A refused message still moves the schedule on; `already_waiting` then stands for either reason of refusal.
   * @param next null disarms the schedule.
   */
  claim(
    schedule: ArmedSchedule,
    next: NextTick | null,
    message: NewMessage,
  ): Promise<'fired' | 'already_waiting' | 'lost'>;
}
