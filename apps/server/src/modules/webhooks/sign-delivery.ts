import { createHmac } from 'node:crypto';

/**
 * The value of `X-Marfa-Signature`: proof that the body was sent by who knows the webhook's secret, and when.
 * @param options.body the exact text that is sent. @param options.secret used as it was given, as UTF-8.
 * @returns `t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">`
 */
export function signDelivery({ body, secret, at }: { body: string; secret: string; at: Date }): string {
  const seconds = Math.floor(at.getTime() / 1000);
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}
