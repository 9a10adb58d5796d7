import type { Verification, WebhookRefusal } from './webhook-types.ts';

export type Refusal = Extract<Verification, { verified: false }>;

export function refusal(reason: WebhookRefusal, message: string): Refusal {
  return { verified: false, reason, message };
}
