/**
 * The header fields that are kept. They say whom to answer, who else got the mail, and whether a program or a mailing list
 * sent it. None that claims a check, such as Authentication-Results: a sender can write those as well, and here nothing
 * tells whose they are.
 */
export const KEPT_HEADERS = [
  'reply-to',
  'cc',
  'list-id',
  'list-unsubscribe',
  'auto-submitted',
  'precedence',
  'importance',
] as const;

/** Picks the kept fields. @param headers names in any case; a field that stands there twice may be a list. */
export function pickHeaders(headers: Record<string, unknown> | null | undefined): [name: string, value: string][] {
  const byName = new Map(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
  return KEPT_HEADERS.flatMap((name): [string, string][] => {
    const value = byName.get(name);
    const values = (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string');
    return values.length === 0 ? [] : [[name, values.join(', ')]];
  });
}
