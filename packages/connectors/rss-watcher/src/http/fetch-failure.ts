import { BodyTooLargeError, EgressRefusedError, type HandlerResult } from '@withmarfa/runtime-sdk';

/**
 * Puts a thrown fetch or body error into words and decides whether trying again can help.
 * @param options.timedOut whether this connector's own time limit ended the request.
 * @param options.timeoutSeconds that limit.
 */
export function fetchFailure(
  error: unknown,
  options: { url: string; timedOut: boolean; timeoutSeconds: number },
): HandlerResult & { ok: false } {
  if (EgressRefusedError.is(error)) {
    return {
      ok: false,
      retry: false,
      reason:
        `${error.message} Feeds in a private network are read only if the server's operator lists the host in ` +
        'MARFA_OUTBOUND_ALLOW.',
    };
  }
  if (BodyTooLargeError.is(error)) {
    const mebibytes = Math.round((error.maxBytes / 1024 / 1024) * 10) / 10;
    return {
      ok: false,
      retry: false,
      reason: `The feed is larger than ${mebibytes} MiB, or never ends. Use a feed with fewer entries.`,
    };
  }
  if (options.timedOut) {
    return {
      ok: false,
      retry: true,
      reason: `The feed did not arrive within ${options.timeoutSeconds} seconds.`,
    };
  }
  return {
    ok: false,
    retry: true,
    reason: `The feed's server ${hostOf(options.url)} could not be reached or broke off: ${causeOf(error)}.`,
  };
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

/** fetch says only `fetch failed`; what happened stands in the cause. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? causeOf(error.cause) : error.message || error.name;
}
