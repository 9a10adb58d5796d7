/** A place in the event log. Events are ordered by transaction, and within one by sequence number. */
export interface EventPosition {
  tx: number;
  seq: number;
}

const POSITION = /^(0|[1-9]\d{0,15})-(0|[1-9]\d{0,15})$/;

export const LOG_START: EventPosition = { tx: 0, seq: 0 };

/** @returns whether `a` lies before `b`. */
export function isBefore(a: EventPosition, b: EventPosition): boolean {
  return a.tx < b.tx || (a.tx === b.tx && a.seq < b.seq);
}

export function encodePosition({ tx, seq }: EventPosition): string {
  return `${tx}-${seq}`;
}

/** @returns null when the text is no position. */
export function decodePosition(text: string): EventPosition | null {
  const match = POSITION.exec(text);
  return match ? { tx: Number(match[1]), seq: Number(match[2]) } : null;
}
