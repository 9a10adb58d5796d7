import { hasBrand } from './has-brand.ts';

const BRAND = Symbol.for('@withmarfa/runtime-sdk/RunEndedError');

/** Why a run is over; `signal.reason` holds it, and every later use of the context is refused with it. */
export class RunEndedError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RunEndedError';
    Object.defineProperty(this, BRAND, { value: true });
  }

  static is(error: unknown): error is RunEndedError {
    return hasBrand(error, BRAND);
  }
}
