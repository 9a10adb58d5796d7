/** The first letters of each month: English, then what Portuguese, Spanish, Italian, French and German publishers write. */
const MONTHS: readonly RegExp[] = [
  /^(jan|ene|gen)/,
  /^(feb|fev|fév)/,
  /^(mar|mär)/,
  /^(apr|abr|avr)/,
  /^(may|mai|mag)/,
  /^(jun|juin|giu)/,
  /^(jul|juil|lug)/,
  /^(aug|ago|aoû)/,
  /^(sep|set)/,
  /^(oct|out|okt|ott)/,
  /^nov/,
  /^(dec|dez|dic|déc)/,
];

/** Named zones of RFC 822 and a few that publishers use; minutes east of UTC. */
// biome-ignore format: a table reads better than a column
const ZONES: Record<string, number> = {
  z: 0, ut: 0, utc: 0, gmt: 0, wet: 0, bst: 60, west: 60, cet: 60, cest: 120, eet: 120, eest: 180, msk: 180,
  ist: 330, jst: 540, kst: 540, aest: 600, aedt: 660, nzst: 720, nzdt: 780,
  ast: -240, adt: -180, est: -300, edt: -240, cst: -360, cdt: -300, mst: -420, mdt: -360, pst: -480, pdt: -420,
  akst: -540, akdt: -480, hst: -600,
};

const TIME = String.raw`(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,]\d+)?)?`;
const RFC_822 = new RegExp(
  String.raw`^(?:\p{L}+\.?,?\s*)?(\d{1,2})[\s-]+(\p{L}{3,9})\.?,?[\s-]+(\d{4}|\d{2})(?:[\s,T]+${TIME}\s*(.*))?$`,
  'u',
);
const AMERICAN = new RegExp(
  String.raw`^(?:\p{L}+\.?,?\s+)?(\p{L}{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?:[\s,]+(?:at\s+)?${TIME}\s*(.*))?$`,
  'u',
);
const ASCTIME = new RegExp(String.raw`^[a-z]{3,9}\s+([a-z]{3})\s+(\d{1,2})\s+${TIME}\s+(?:([a-z]+)\s+)?(\d{4})$`);
const ISO =
  /^(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?(?:[\sT_]+(\d{1,2}):?(\d{2})(?::?(\d{2})(?:[.,]\d+)?)?\s*(.*))?$/i;
const BASIC_ISO = /^(\d{4})(\d{2})(\d{2})(?:T(\d{2}):?(\d{2})(?::?(\d{2})(?:[.,]\d+)?)?\s*(.*))?$/i;

interface Parts {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  zone: string;
}

/**
 * Reads a date as feeds write it: RFC 822 with its two-digit years and named zones, ISO 8601 in whole or in part,
 * asctime, and American word order, with months in English and five more languages. Letters in any case; a day's name may be wrong or missing; no zone means UTC.
 * @returns ISO 8601 in UTC with milliseconds; null when it is no date, no such day, or before the year 1000 (what
 *   publishers' programs write for "no date").
 */
export function parseDate(text: string | undefined): string | null {
  const value = (text ?? '').trim().replace(/\s+/g, ' ').slice(0, 100).toLowerCase();
  const parts = fromIso(value) ?? fromWords(value);
  if (!parts) return null;
  const offset = minutesEast(parts.zone);
  return offset === null ? null : toIso(parts, offset);
}

function fromIso(value: string): Parts | null {
  const match = ISO.exec(value) ?? BASIC_ISO.exec(value);
  if (!match) return null;
  const [, year, month, day, hour, minute, second, zone] = match;
  return partsOf({ year, month: Number(month ?? 1), day: day ?? '1', hour, minute, second, zone });
}

function fromWords(value: string): Parts | null {
  const rfc = RFC_822.exec(value);
  if (rfc) {
    const [, day, month, year, hour, minute, second, zone] = rfc;
    return partsOf({ year, month: monthOf(month), day, hour, minute, second, zone });
  }
  const american = AMERICAN.exec(value);
  if (american) {
    const [, month, day, year, hour, minute, second, zone] = american;
    return partsOf({ year, month: monthOf(month), day, hour, minute, second, zone });
  }
  const asctime = ASCTIME.exec(value);
  if (!asctime) return null;
  const [, month, day, hour, minute, second, zone, year] = asctime;
  return partsOf({ year, month: monthOf(month), day, hour, minute, second, zone });
}

type Found = { month: number } & Partial<
  Record<'year' | 'day' | 'hour' | 'minute' | 'second' | 'zone', string | undefined>
>;

function partsOf(found: Found): Parts {
  const year = Number(found.year);
  return {
    // Two digits as RFC 2822 reads them: 00 to 49 are this century, 50 to 99 the last.
    year: (found.year?.length ?? 0) > 2 ? year : year + (year < 50 ? 2000 : 1900),
    month: found.month,
    day: Number(found.day),
    hour: Number(found.hour ?? 0),
    minute: Number(found.minute ?? 0),
    second: Number(found.second ?? 0),
    zone: found.zone ?? '',
  };
}

function monthOf(name: string | undefined): number {
  return MONTHS.findIndex((month) => month.test(name ?? '')) + 1;
}

/** @returns null for a zone that nobody knows: a guess would be off by hours and look exact. */
function minutesEast(zone: string): number | null {
  const name = zone.replace(/\(.*\)/, '').trim();
  if (name === '') return 0;
  const clock = /^(am|pm)$/.exec(name);
  if (clock) return null;
  const numeric = /^(?:gmt|utc|ut)?\s*([+-])\s*(\d{1,2}):?(\d{2})?$/.exec(name);
  if (numeric) {
    const minutes = Number(numeric[2]) * 60 + Number(numeric[3] ?? 0);
    return minutes > 18 * 60 ? null : minutes * (numeric[1] === '-' ? -1 : 1);
  }
  return Object.hasOwn(ZONES, name) ? (ZONES[name] ?? null) : null;
}

function toIso(parts: Parts, offsetMinutes: number): string | null {
  const { year, month, day, hour, minute, second } = parts;
  if (year < 1000 || month < 1 || month > 12 || day < 1 || hour > 24 || minute > 59 || second > 60) return null;
  // Day 0 of the next month is the last of this one.
  if (day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return null;
  const at = Date.UTC(year, month - 1, day, hour, minute - offsetMinutes, second);
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}
