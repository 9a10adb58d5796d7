import { ERROR_STATUS, type ErrorCode } from './error-codes.ts';

const BRAND = Symbol.for('@withmarfa/shared/MarfaError');

/** One fault of an input: where it is (a JSONPath from `$`), and what would be right. */
export interface Issue {
  path: string;
  message: string;
}

export interface MarfaErrorOptions {
  details?: Record<string, unknown>;
  /** Members that stand beside `error` in the answer, such as `current` and `ancestor` of a version conflict. */
  companions?: Record<string, unknown>;
  cause?: unknown;
}

/**
 * The one error class that crosses rooms: a closed code and a message a person can act on. Branded through the global
 * symbol registry, so that two installed copies of this package recognise each other's errors.
 */
export class MarfaError extends Error {
  readonly code: ErrorCode;
  readonly details: Record<string, unknown> | undefined;
  readonly companions: Record<string, unknown> | undefined;

  constructor(code: ErrorCode, message: string, options: MarfaErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'MarfaError';
    this.code = code;
    this.details = options.details;
    this.companions = options.companions;
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** The HTTP status that this error's code answers with. */
  get status(): number {
    return ERROR_STATUS[this.code];
  }

  /** @returns whether `error` is a MarfaError, of this code if one is given. */
  static is(error: unknown, code?: ErrorCode): error is MarfaError {
    return (
      typeof error === 'object' &&
      error !== null &&
      BRAND in error &&
      (code === undefined || (error as unknown as MarfaError).code === code)
    );
  }
}
