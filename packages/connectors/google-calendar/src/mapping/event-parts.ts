import { sha256 } from '../sha-256.ts';
import { canonicalTime, readItemTime } from './event-time.ts';

/** The parts of an event that are changed on either side; the beginning, the end and the zone are one. */
export const PARTS = ['title', 'description', 'place', 'time', 'status', 'recurrence'] as const;
export type Part = (typeof PARTS)[number];
export type Properties = Record<string, unknown>;

/** The properties of an item that hold each part. */
export const PROPERTIES_OF: Record<Part, readonly string[]> = {
  title: ['title'],
  description: ['description'],
  place: ['place'],
  time: ['starts_at', 'ends_at', 'timezone', 'all_day'],
  status: ['status'],
  recurrence: ['recurrence'],
};

/** What Google shows for an event without a title; titles are required here. */
export const NO_TITLE = '(No title)';

const HASH_LENGTH = 12;

/** @returns a short hash of each part, the same for what means the same. */
export function hashParts(properties: Properties): Record<Part, string> {
  const hash = (part: Part) => sha256(`${part}:${canonical(properties, part)}`).slice(0, HASH_LENGTH);
  return {
    title: hash('title'),
    description: hash('description'),
    place: hash('place'),
    time: hash('time'),
    status: hash('status'),
    recurrence: hash('recurrence'),
  };
}

/** @returns one hash of all parts, by which an echo is known. */
export function hashContent(properties: Properties): string {
  return sha256(JSON.stringify(hashParts(properties))).slice(0, HASH_LENGTH * 2);
}

/** @param other hashes; a part that it lacks differs. @returns the parts that are not the same in both. */
export function differingParts(one: Record<Part, string>, other: Record<string, unknown>): Part[] {
  return PARTS.filter((part) => one[part] !== other[part]);
}

/** @returns the hashes that an item carries of what Google had last; null when it carries none. */
export function syncedOf({ synced }: Properties): Record<string, unknown> | null {
  return typeof synced === 'object' && synced !== null ? (synced as Record<string, unknown>) : null;
}

/** @returns the properties of these parts alone. */
export function propertiesOf(properties: Properties, parts: readonly Part[]): Properties {
  const names = parts.flatMap((part) => PROPERTIES_OF[part]);
  return Object.fromEntries(Object.entries(properties).filter(([name]) => names.includes(name)));
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** @returns the rules of a series, verbatim; none for what is no list of texts. */
export function rulesOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((rule): rule is string => typeof rule === 'string') : [];
}

function canonical(properties: Properties, part: Part): string {
  const value = properties[part];
  switch (part) {
    case 'title':
      return textOf(value) || NO_TITLE;
    case 'description':
    case 'place':
      return textOf(value);
    case 'status':
      return value === 'tentative' ? 'tentative' : 'confirmed';
    case 'recurrence':
      return JSON.stringify(rulesOf(value));
    case 'time': {
      const time = readItemTime(properties);
      return time === null ? '' : canonicalTime(time);
    }
    default:
      return part satisfies never;
  }
}
