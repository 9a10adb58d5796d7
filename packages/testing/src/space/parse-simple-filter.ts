import { type Item, MarfaError } from '@withmarfa/shared';

const TEXT = '"(?:[^"\\\\]|\\\\.)*"';
const FIELD = 'source_id|source|type|properties(?:\\.[A-Za-z][A-Za-z0-9_-]*)+';
const CONDITION = new RegExp(`^\\s*(${FIELD}) (?:eq (${TEXT})|in \\(((?:${TEXT}, ?)*${TEXT})\\))\\s*`);

/**
 * Understands what connectors look items up by: `field eq "text"` and `field in ("text", "text")`, joined by `or`. The field
 * is `source_id`, `source`, `type` or a property.
 * @returns whether an item fits.
 * @throws MarfaError `validation_error` for everything else that a server's filters can say.
 */
export function parseSimpleFilter(filter: string): (item: Item) => boolean {
  const conditions: { path: string[]; texts: Set<unknown> }[] = [];
  let rest = filter;
  for (;;) {
    const [whole, field = '', one, several] = CONDITION.exec(rest) ?? [];
    if (whole === undefined) throw tooMuch(filter);
    const texts = JSON.parse(`[${one ?? several}]`) as string[];
    conditions.push({ path: field.split('.'), texts: new Set(texts) });
    rest = rest.slice(whole.length);
    if (rest === '') break;
    if (!rest.startsWith('or ')) throw tooMuch(filter);
    rest = rest.slice('or '.length);
  }
  return (item) => conditions.some(({ path, texts }) => texts.has(valueAt(item, path)));
}

function valueAt(item: Item, path: readonly string[]): unknown {
  let value: unknown = item;
  for (const name of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

function tooMuch(filter: string): MarfaError {
  const message =
    'the space of the test harness understands `field eq "text"` and `field in ("text")` of source_id, source, type and properties, joined by `or`';
  return new MarfaError('validation_error', `${message}, and not: ${filter.slice(0, 200)}`, {
    details: { issues: [{ path: '$.filter', message }] },
  });
}
