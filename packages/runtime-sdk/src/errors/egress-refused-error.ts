import { hasBrand } from './has-brand.ts';

const BRAND = Symbol.for('@withmarfa/runtime-sdk/EgressRefusedError');

/** Which rule refused: the URL's scheme, a user name in it, the host's name, or the kind of address it stands for. */
export type EgressRule = 'scheme' | 'credentials' | 'name' | 'address';

/**
 * An outbound request that the platform's egress rules refuse; nothing was sent to that host. Names the host as the
 * connector wrote it, never the address it resolves to: what lies inside a network is nobody's business outside.
 */
export class EgressRefusedError extends Error {
  readonly rule: EgressRule;
  readonly host: string;

  constructor(rule: EgressRule, host: string, reason: string) {
    super(`The request to ${host} was refused: ${reason}.`);
    this.name = 'EgressRefusedError';
    this.rule = rule;
    this.host = host;
    Object.defineProperty(this, BRAND, { value: true });
  }

  static is(error: unknown): error is EgressRefusedError {
    return hasBrand(error, BRAND);
  }
}
