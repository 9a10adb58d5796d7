import { NO_TITLE, type Part, type Properties, rulesOf, textOf } from './event-parts.ts';
import { readItemTime, toEventTimes } from './event-time.ts';

type Fields = Record<string, unknown>;

/**
 * Turns parts of an item into the fields of an event, as a patch: what the item lacks is `null`, which removes it.
 * @returns the fields of the parts asked for. An item without a beginning gives no time.
 */
export function toEventFields(properties: Properties, parts: readonly Part[]): Fields {
  return Object.assign({}, ...parts.map((part) => fieldsOf(properties, part))) as Fields;
}

function fieldsOf(properties: Properties, part: Part): Fields {
  const rules = rulesOf(properties.recurrence);
  switch (part) {
    case 'title': {
      const title = textOf(properties.title);
      return { summary: title === '' || title === NO_TITLE ? null : title };
    }
    case 'description':
      return { description: textOf(properties.description) || null };
    case 'place':
      return { location: textOf(properties.place) || null };
    case 'status':
      return { status: properties.status === 'tentative' ? 'tentative' : 'confirmed' };
    case 'recurrence':
      // What becomes a series has to say by which clock it keeps its hour.
      return rules.length > 0 ? { recurrence: rules, ...timesOf(properties) } : { recurrence: null };
    case 'time':
      return timesOf(properties);
    default:
      return part satisfies never;
  }
}

function timesOf(properties: Properties): Fields {
  const time = readItemTime(properties);
  return time === null ? {} : toEventTimes(time, { repeats: rulesOf(properties.recurrence).length > 0 });
}

/** @returns the fields without those of `null`, also inside of objects: a new event has nothing to remove. */
export function withoutNulls(fields: Fields): Fields {
  const entries = Object.entries(fields).filter(([, value]) => value !== null);
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name,
      typeof value === 'object' && !Array.isArray(value) ? withoutNulls(value as Fields) : value,
    ]),
  );
}
