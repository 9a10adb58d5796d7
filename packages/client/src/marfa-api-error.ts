import type { Issue } from '@withmarfa/shared';

const BRAND = Symbol.for('@withmarfa/client/MarfaApiError');

export interface MarfaApiErrorOptions {
  status: number;
  code: string;
  details?: Record<string, unknown> | undefined;
  requestId?: string | null;
  retryAfterMs?: number | null;
  cause?: unknown;
}

/**
 * A call that was refused or got no usable answer. Branch on `code`: one of the server's, or `network_error` (no answer
 * came), `timeout` (none came in time), `unexpected_answer` (it is not Marfa's: a proxy's page, another shape).
 */
export class MarfaApiError extends Error {
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  readonly code: string;
  /** What the server says beside the message; members that stand beside `error`, such as `current`, are here too. */
  readonly details: Record<string, unknown> | undefined;
  /** Names the request in the server's log. */
  readonly requestId: string | null;
  /** What the server asked to wait, in milliseconds; null when it did not. */
  readonly retryAfterMs: number | null;

  constructor(message: string, options: MarfaApiErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'MarfaApiError';
    this.status = options.status;
    this.code = options.code;
    this.details = options.details;
    this.requestId = options.requestId ?? null;
    this.retryAfterMs = options.retryAfterMs ?? null;
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** Every fault of a refused input, with its place; empty for other errors. */
  get issues(): Issue[] {
    const issues = this.details?.issues;
    return Array.isArray(issues) ? issues.filter(isIssue) : [];
  }

  /** @returns whether `error` is a MarfaApiError, of this code if one is given; also of another installed copy. */
  static is(error: unknown, code?: string): error is MarfaApiError {
    return (
      typeof error === 'object' &&
      error !== null &&
      BRAND in error &&
      (code === undefined || (error as unknown as MarfaApiError).code === code)
    );
  }
}

function isIssue(value: unknown): value is Issue {
  return typeof value === 'object' && value !== null && 'path' in value && 'message' in value;
}
