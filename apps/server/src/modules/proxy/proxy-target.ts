import type { EgressPolicy } from '@withmarfa/runtime-sdk/host';

/** Where the calls of a Connection go. */
export interface UpstreamBase {
  /** Such as `https://api.example.org`; the one place that is dialled. */
  origin: string;
  /** The path that all calls stay below, without a slash at its end; empty for the whole origin. */
  prefix: string;
}

export type BaseVerdict = { ok: true; base: UpstreamBase } | { ok: false; reason: string };
export type PathVerdict = { ok: true; path: string } | { ok: false; reason: string };

export interface BaseRules {
  policy: Pick<EgressPolicy, 'assertUrl' | 'isAllowed'>;
  /** Whether credentials may travel by plain http to places that the operator did not name. */
  mayBePlain: boolean;
}

/**
 * Reads the base address of an upstream. An address that the egress rules forbid by its spelling is refused here; what
 * its name stands for is judged when it is dialled.
 * @param text of the credential, or of the Connection's override, where anything may stand.
 */
export function readBase(text: unknown, { policy, mayBePlain }: BaseRules): BaseVerdict {
  const no = (reason: string): BaseVerdict => ({ ok: false, reason });
  if (typeof text !== 'string' || !URL.canParse(text)) return no('it is no absolute address');
  // URL readers disagree about these: some end the host where others skip a character.
  if (/[\s\\\p{Cc}]/u.test(text)) return no('it has a character that no address has');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return no('it is not http or https');
  if (url.username !== '' || url.password !== '') return no('it has a user name or password');
  if (url.search !== '' || url.hash !== '') return no('it has a query or a fragment');
  try {
    policy.assertUrl(url);
  } catch {
    return no('it is no place that this server may call');
  }
  if (url.protocol === 'http:' && !mayBePlain && !policy.isAllowed(url)) return no('it is not https');
  return { ok: true, base: { origin: url.origin, prefix: url.pathname.replace(/\/+$/, '') } };
}

// What may stand in a request line (RFC 9112 section 3.2), and no fragment.
const UNFIT = /[^!-~]|#/;
const BACKSLASH = '\\';
/** Encoded control characters: readers cut a path at them, or skip them. */
const CONTROL = /%(?:[01][0-9a-f]|7f)/i;
const BROKEN_ESCAPE = /%(?![0-9a-f]{2})/i;
/** `.` and `..`, also with parameters behind them, which some servers cut off before they resolve the path. */
const DOT_SEGMENT = /^\.{1,2}(?:;.*)?$/;
const SEPARATOR = /[/\\]/;
const ESCAPED_ESCAPE = /%25/g;
const MEANT = /%(2e|2f|5c|3b)/gi;

/**
 * Joins what the caller sent to the path of the base. What is let through is sent exactly as it came; what any reader on
 * the way might take for a way out of the base is refused rather than repaired, however often it was encoded.
 * @param rest null when nothing follows, not even a slash.
 * @param search with its `?`, or empty.
 */
export function joinPath(prefix: string, { rest, search }: { rest: string | null; search: string }): PathVerdict {
  const no = (reason: string): PathVerdict => ({ ok: false, reason });
  if (UNFIT.test(search)) return no('the query has a character that no address has');
  if (rest === null) return { ok: true, path: `${prefix === '' ? '/' : prefix}${search}` };
  if (UNFIT.test(rest) || rest.includes(BACKSLASH)) return no('the path has a character that no address has');
  // `//host` reads as another host.
  if (rest.startsWith('/')) return no('the path begins with two slashes');
  if (rest.includes('%') || rest.includes('.')) {
    const plain = withoutEscapes(rest);
    if (BROKEN_ESCAPE.test(rest) || CONTROL.test(plain)) return no('the path has an escape that stands for no text');
    if (/^[/\\]/.test(plain)) return no('the path begins with two slashes');
    if (plain.split(SEPARATOR).some((segment) => DOT_SEGMENT.test(segment)))
      return no('the path has a segment of dots alone');
  }
  return { ok: true, path: `${prefix}/${rest}${search}` };
}

/** Undoes the escapes of dots, slashes, backslashes and semicolons, and of percent signs for as long as there are any. */
function withoutEscapes(path: string): string {
  let text = path;
  while (text.includes('%25')) text = text.replace(ESCAPED_ESCAPE, '%');
  return text.replace(MEANT, (encoded) => decodeURIComponent(encoded));
}
