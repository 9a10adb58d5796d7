import { type Refusal, refusal } from './refusal.ts';

/** How far a delivery's time may lie from ours, in seconds, the ends included. */
export interface ReplayWindow {
  pastSeconds: number;
  futureSeconds: number;
}

export const FIVE_MINUTES: ReplayWindow = { pastSeconds: 300, futureSeconds: 300 };

/**
 * Judges the time that a sender wrote on its delivery: digits alone, and on both sides of our clock.
 * @param timestamp Unix seconds, the very text that was signed.
 */
export function checkTimestamp(timestamp: string, nowMs: number, window: ReplayWindow): Refusal | null {
  const seconds = readDigits(timestamp);
  if (seconds === null)
    return refusal('timestamp_not_numeric', 'The timestamp is not one number of Unix seconds, written in digits.');
  const age = Math.floor(nowMs / 1000) - seconds;
  // Written so that a clock which is no number refuses too.
  if (age <= window.pastSeconds && -age <= window.futureSeconds) return null;
  const side = age < 0 ? `${-age} seconds ahead of` : `${age} seconds behind`;
  return refusal('timestamp_outside_replay_window', `The delivery’s time is ${side} this machine’s clock.`);
}

/** What is too long to be exact is far outside any window, so its rounding does not matter. */
function readDigits(text: string): number | null {
  if (text.length === 0) return null;
  let value = 0;
  for (let index = 0; index < text.length; index += 1) {
    const digit = text.charCodeAt(index) - 48;
    if (digit < 0 || digit > 9) return null;
    value = value * 10 + digit;
  }
  return value;
}
