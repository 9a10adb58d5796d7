/** A server that asks for more than a day of silence is asked again after a day. */
const MAX_SECONDS = 86_400;

/**
 * How long Todoist asks to wait: in a `Retry-After` header, or in its error body.
 * @param body the error body, whatever it is; seconds stand in `error_extra.retry_after`.
 * @param now milliseconds since the epoch, to measure a date against.
 * @returns whole seconds from 0 to one day; undefined when nothing readable is said.
 * @see RFC 9110, section 10.2.3
 */
export function retryAfterSeconds(header: string | null, body: unknown, now: number): number | undefined {
  const value = header?.trim() ?? '';
  if (/^\d{1,10}$/.test(value)) return Math.min(Number(value), MAX_SECONDS);
  const at = /^[A-Za-z]{3}.*\d{4}/.test(value) ? Date.parse(value) : Number.NaN;
  if (!Number.isNaN(at)) return Math.min(Math.max(Math.ceil((at - now) / 1000), 0), MAX_SECONDS);
  const told = (body as { error_extra?: { retry_after?: unknown } | null } | null | undefined)?.error_extra
    ?.retry_after;
  return typeof told === 'number' && told >= 0 ? Math.min(Math.ceil(told), MAX_SECONDS) : undefined;
}
