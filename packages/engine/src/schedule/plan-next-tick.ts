import { computeNextRunAt } from '@withmarfa/shared';
import type { NextTick } from '../ports/schedules.ts';
import { spreadFraction } from './spread-fraction.ts';

const LARGEST_OFFSET_MS = 60_000;
const LARGEST_SHARE = 0.1;

export interface PlanOptions {
  connectionId: string;
  /** The tick lies after this time. */
  afterMs: number;
}

/**
 * The next tick of several cron expressions together, and when this Connection fires for it: later by an offset of its
 * own, within a minute and within a tenth of the way to the tick after that. The offset depends on the Connection's id
 * alone, so that all who share a cron do not fire in one second, and each keeps its rhythm.
 * @param crons five fields each, read in UTC.
 * @returns null when none of them fires again.
 * @throws when an expression cannot be read.
 */
export function planNextTick(crons: readonly string[], { connectionId, afterMs }: PlanOptions): NextTick | null {
  const tickAtMs = earliestTick(crons, afterMs);
  if (tickAtMs === null) return null;
  const followingMs = earliestTick(crons, tickAtMs) ?? Number.POSITIVE_INFINITY;
  const rangeMs = Math.min(LARGEST_OFFSET_MS, LARGEST_SHARE * (followingMs - tickAtMs));
  return { tickAtMs, dueAtMs: tickAtMs + Math.floor(rangeMs * spreadFraction(connectionId)) };
}

function earliestTick(crons: readonly string[], afterMs: number): number | null {
  const after = new Date(afterMs);
  const ticks = crons.flatMap((cron) => computeNextRunAt(cron, after)?.getTime() ?? []);
  return ticks.length === 0 ? null : Math.min(...ticks);
}
