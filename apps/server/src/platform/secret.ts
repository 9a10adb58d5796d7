import { inspect } from 'node:util';

const MASK = '[secret]';

/** A value that cannot be printed: every way of turning it into text gives a mask. Only {@link Secret.reveal} opens it. */
export class Secret {
  readonly #value: string;

  private constructor(value: string) {
    this.#value = value;
  }

  static of(value: string): Secret {
    return new Secret(value);
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}
