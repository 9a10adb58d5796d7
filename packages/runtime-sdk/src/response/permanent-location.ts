const LOCATION = Symbol.for('@withmarfa/runtime-sdk/permanentLocation');

/**
 * Where a resource has moved for good: how far the redirects that led to `response` were permanent (301 or 308) without
 * a break from the first on. Ask for that URL the next time.
 * @param response an answer of `ctx.fetch` itself; a clone knows nothing of its redirects.
 * @returns null when the first redirect was not permanent, or there was none.
 * @see RFC 9110, sections 15.4.2 and 15.4.9
 */
export function permanentLocation(response: Response): string | null {
  return (response as { [LOCATION]?: string })[LOCATION] ?? null;
}

/** For hosts: notes on a response what {@link permanentLocation} answers. */
export function notePermanentLocation(response: Response, url: string): void {
  Object.defineProperty(response, LOCATION, { value: url });
}
