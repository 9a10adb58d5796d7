import type { Refusal } from '../refusal.ts';
import type { WebhookHeaders, WebhookRequest } from '../webhook-types.ts';

/** What a method reads from the headers before anything is hashed. */
export interface SignedParts {
  verified?: never;
  /** ASCII text that was signed before the body. */
  prefix: string;
  /** The digests that were offered, one of which must be right. */
  signatures: readonly Uint8Array[];
  /** Unix seconds as they were written; empty where the sender says none. */
  timestamp: string;
}

export interface ReadingContext {
  nowMs: number;
  requireTimestamp: boolean;
}

/** A method that signs the body with HMAC-SHA256. Pure: it reads headers and a body, and hashes nothing. */
export interface HmacAdapter {
  kind: 'hmac';
  read(headers: WebhookHeaders, context: ReadingContext): SignedParts | Refusal;
  /**
   * The sender's id of a delivery that was found genuine.
   * @param signature the digest that was right.
   * @returns null where there is none.
   */
  deliveryId(request: WebhookRequest, parts: SignedParts, signature: Uint8Array): string | null;
}

/** A method whose sender repeats a secret in a header, and signs nothing. */
export interface TokenAdapter {
  kind: 'token';
  read(headers: WebhookHeaders): { token: string } | Refusal;
  /** @returns the id of a delivery whose token was right. */
  deliveryId(headers: WebhookHeaders): string | Refusal;
}

export type Adapter = HmacAdapter | TokenAdapter;
