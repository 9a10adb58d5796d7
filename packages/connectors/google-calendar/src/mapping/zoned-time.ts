/** A date and time: to the minute, then seconds, then offset. */
export const MOMENT = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2})(:\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:\d{2})?$/;

/** @returns milliseconds since the epoch; a time without offset is one on the clocks of its zone, else UTC. */
export function instantOf(moment: string, timezone: string | null): number {
  const hasOffset = MOMENT.exec(moment)?.[3] !== undefined;
  if (hasOffset) return Date.parse(moment);
  const wall = Date.parse(`${moment}Z`);
  if (timezone === null) return wall;
  // Twice, because the offset at the first guess may be that of the other side of a change of clocks.
  const guess = wall - offsetAt(wall, timezone);
  return wall - offsetAt(guess, timezone);
}

/** @returns the name of a zone that this machine knows. */
export function zoneOrNull(zone: unknown): string | null {
  if (typeof zone !== 'string' || zone === '') return null;
  try {
    formatOf(zone);
    return zone;
  } catch {
    return null;
  }
}

/** @returns by how many milliseconds the clocks of the zone are ahead of UTC at an instant. */
function offsetAt(instant: number, zone: string): number {
  const seconds = Math.floor(instant / 1000) * 1000;
  const parts = new Map(
    formatOf(zone)
      .formatToParts(seconds)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  const wall = Date.UTC(2000, part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  // Date.UTC takes years below 100 for those of the last century.
  return new Date(wall).setUTCFullYear(part('year'), part('month') - 1, part('day')) - seconds;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making one takes long, and there are few zones. @throws RangeError for a name that is no zone. */
function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(zone, format);
  return format;
}
