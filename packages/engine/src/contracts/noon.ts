/** The hour in which the suites take place: 2026-03-02T12:00:00Z. */
export const NOON_MS = Date.UTC(2026, 2, 2, 12);
