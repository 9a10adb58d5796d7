import { hasBrand } from './has-brand.ts';

const BRAND = Symbol.for('@withmarfa/runtime-sdk/MarfaApiError');

export interface MarfaApiErrorOptions {
  /** HTTP status; 0 when no answer came. */
  status: number;
  /** The server's stable code; `network_error` when no answer came, `unexpected_answer` when it made no sense. */
  code: string;
  details?: Record<string, unknown> | undefined;
  cause?: unknown;
}

/** A call to Marfa that was refused or got no answer. Branch on `code`. */
export class MarfaApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: Record<string, unknown> | undefined;

  constructor(message: string, options: MarfaApiErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'MarfaApiError';
    this.status = options.status;
    this.code = options.code;
    this.details = options.details;
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** @returns whether `error` is a MarfaApiError, of this code if one is given. */
  static is(error: unknown, code?: string): error is MarfaApiError {
    return hasBrand(error, BRAND) && (code === undefined || (error as MarfaApiError).code === code);
  }
}
