import { hasBrand } from './has-brand.ts';

const BRAND = Symbol.for('@withmarfa/runtime-sdk/BodyTooLargeError');

/** A response body is longer than the caller was ready to read. */
export class BodyTooLargeError extends Error {
  /** The cap that was passed, in bytes after decompression. */
  readonly maxBytes: number;

  constructor(maxBytes: number) {
    super(`The response body is larger than ${maxBytes} bytes.`);
    this.name = 'BodyTooLargeError';
    this.maxBytes = maxBytes;
    Object.defineProperty(this, BRAND, { value: true });
  }

  static is(error: unknown): error is BodyTooLargeError {
    return hasBrand(error, BRAND);
  }
}
