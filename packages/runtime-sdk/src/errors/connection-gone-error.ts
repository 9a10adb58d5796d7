import { hasBrand } from './has-brand.ts';

const BRAND = Symbol.for('@withmarfa/runtime-sdk/ConnectionGoneError');

/** The Connection was uninstalled or revoked: no credential will come any more, and the run should end. */
export class ConnectionGoneError extends Error {
  readonly connection_id: string;

  constructor(connectionId: string) {
    super(`The connection ${connectionId} is gone; it was uninstalled or revoked.`);
    this.name = 'ConnectionGoneError';
    this.connection_id = connectionId;
    Object.defineProperty(this, BRAND, { value: true });
  }

  static is(error: unknown): error is ConnectionGoneError {
    return hasBrand(error, BRAND);
  }
}
