const BRAND = Symbol.for('@withmarfa/webhooks/WebhookBodyError');

/**
 * `body_already_read`: something before you consumed the body, most likely a parser; its bytes are gone.
 * `body_too_large`: longer than the cap. `body_incomplete`: the sender went away in the middle.
 */
export type WebhookBodyFault = 'body_already_read' | 'body_too_large' | 'body_incomplete';

/** The bytes of a delivery could not be had. */
export class WebhookBodyError extends Error {
  readonly code: WebhookBodyFault;
  /** What to answer: 413 for `body_too_large`, 400 for `body_incomplete`, 500 for `body_already_read`, a fault of your own. */
  readonly status: 400 | 413 | 500;

  constructor(code: WebhookBodyFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'WebhookBodyError';
    this.code = code;
    this.status = STATUSES[code];
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** Also knows errors of another installed copy of this package. */
  static is(error: unknown, code?: WebhookBodyFault): error is WebhookBodyError {
    const branded = typeof error === 'object' && error !== null && BRAND in error;
    return branded && (code === undefined || ('code' in error && error.code === code));
  }
}

const STATUSES = { body_incomplete: 400, body_too_large: 413, body_already_read: 500 } as const;
