const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** The names of zones that RFC 5322 knows; hours east of UTC. */
// biome-ignore format: a table reads better than a column
const ZONES: ReadonlyMap<string, number> = new Map([
  ['z', 0], ['ut', 0], ['utc', 0], ['gmt', 0],
  ['est', -5], ['edt', -4], ['cst', -6], ['cdt', -5], ['mst', -7], ['mdt', -6], ['pst', -8], ['pdt', -7],
]);

const MAIL = /^(?:[a-z]{3},? )?(\d{1,2}) ([a-z]{3}) (\d{2,4}) (\d{1,2}):(\d\d)(?::(\d\d))? ?([+-]\d{4}|[a-z]{1,3})$/;
const ISO = /^(\d{4})-(\d\d)-(\d\d)t(\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?(z|[+-]\d\d:?\d\d)$/;
const MAX_LENGTH = 200;
const MAX_OFFSET_MINUTES = 18 * 60;

/**
 * Reads the Date field of a mail, or the ISO 8601 time that a parser made of it. `Date.parse` is no judge of either: it
 * takes "hello 1" for a day and a time without a zone for one of this machine's.
 * @returns ISO 8601 in UTC with milliseconds; null for no such moment, or one whose zone nobody knows.
 * @see RFC 5322, sections 3.3 and 4.3
 */
export function parseMailDate(given: string | null | undefined): string | null {
  const value = withoutComments((given ?? '').slice(0, MAX_LENGTH))
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase();
  const mail = MAIL.exec(value);
  if (mail) {
    const [, day, month, year, ...time] = mail;
    return toIso([fullYear(year), MONTHS.indexOf(month ?? '') + 1, Number(day)], time);
  }
  const iso = ISO.exec(value);
  if (!iso) return null;
  const [, year, month, day, ...time] = iso;
  return toIso([Number(year), Number(month), Number(day)], time);
}

/** Comments may hold comments. */
function withoutComments(text: string): string {
  const less = text.replace(/\([^()]*\)/g, ' ');
  return less === text ? text : withoutComments(less);
}

/** Two digits are of this century up to 49, else of the last; three count from 1900. */
function fullYear(digits = ''): number {
  const year = Number(digits);
  if (digits.length === 4) return year;
  return year + (digits.length === 2 && year < 50 ? 2000 : 1900);
}

function toIso(date: [year: number, month: number, day: number], time: readonly (string | undefined)[]): string | null {
  const [year, month, day] = date;
  const [hour, minute, second] = time.slice(0, 3).map((part) => Number(part ?? 0));
  const offset = minutesEast(time[3] ?? '');
  if (hour === undefined || minute === undefined || second === undefined || offset === null) return null;
  if (year < 1000 || month < 1 || month > 12 || hour > 23 || minute > 59 || second > 60) return null;
  // Day 0 of the next month is the last of this one.
  if (day < 1 || day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return null;
  const moment = new Date(Date.UTC(year, month - 1, day, hour, minute - offset, second));
  return moment.getUTCFullYear() > 9999 ? null : moment.toISOString();
}

function minutesEast(zone: string): number | null {
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(zone) ?? [];
  if (sign === undefined) {
    const hoursEast = ZONES.get(zone);
    return hoursEast === undefined ? null : hoursEast * 60;
  }
  const offset = Number(hours) * 60 + Number(minutes);
  return offset > MAX_OFFSET_MINUTES ? null : offset * (sign === '-' ? -1 : 1);
}
