import type { WebhookMethod, WebhookRequest } from '../../src/index.ts';
import { type SignOptions, signWebhook } from '../../src/signing/index.ts';

export const NOW_SECONDS = 1_790_000_000;
export const NOW_MS = NOW_SECONDS * 1000;
export const SECRET = 'whsec_harbour and tide';
/** What a receiver knows. */
export const OPTIONS = { secrets: [SECRET], nowMs: NOW_MS };
export const HMAC_METHODS = ['hmac-sha256', 'slack', 'stripe', 'github', 'cloudflare-email'] as const;
export const SIGNATURE_HEADERS = {
  'hmac-sha256': 'x-marfa-signature',
  slack: 'x-slack-signature',
  stripe: 'stripe-signature',
  github: 'x-hub-signature-256',
  'cloudflare-email': 'x-marfa-signature',
} as const satisfies Partial<Record<WebhookMethod, string>>;

/** A delivery as the test changes it: one value for each header. */
export interface Delivery extends WebhookRequest {
  headers: Record<string, string>;
  body: Uint8Array<ArrayBuffer>;
}

/** A genuine delivery, signed just now. */
export function aDelivery(method: WebhookMethod, overrides: Partial<SignOptions> = {}): Promise<Delivery> {
  const body = '{"type":"tide.turned"}';
  return signWebhook(method, { secret: SECRET, body, deliveryId: 'delivery-1', nowMs: NOW_MS, ...overrides });
}

export const bytes = (text: string) => new TextEncoder().encode(text);

export function withHeader(delivery: Delivery, name: string, value: string): Delivery {
  return { ...delivery, headers: { ...delivery.headers, [name]: value } };
}

export function withoutHeader(delivery: Delivery, name: string): Delivery {
  const { [name]: _left, ...headers } = delivery.headers;
  return { ...delivery, headers };
}

/** @returns the delivery with one bit of its body turned. */
export function tampered(delivery: Delivery): Delivery {
  const body = delivery.body.slice();
  body[0] = (body[0] ?? 0) ^ 1;
  return { ...delivery, body };
}
