import { createWebDigests } from '../digests/web-digests.ts';
import { writeHex } from '../hex.ts';
import type { WebhookMethod } from '../webhook-types.ts';

export interface SignOptions {
  /** Not empty; its UTF-8 bytes are the key, as in verification. For `google-channel` the token itself, printable ASCII. */
  secret: string;
  /** The exact bytes; a text is sent as UTF-8. Default: empty. */
  body?: Uint8Array | string;
  /**
   * The id in this method's header, `<channel id>` or `<channel id>:<message number>` for `google-channel`. Slack and Stripe
   * say theirs in the body, which is left as it is. Default: none, and `channel-1` for `google-channel`.
   */
  deliveryId?: string;
  /** When the sender says that it signed, in milliseconds since 1970; a method without a time ignores it. Default: `Date.now()`. */
  nowMs?: number;
  /**
   * `hmac-sha256` and `cloudflare-email`: `plain` signs the body and adds `X-Marfa-Timestamp`, which is not signed; `untimed`
   * leaves that header out; `timed` signs time and body as `t=…,v1=…`. Default: `plain`.
   */
  form?: 'plain' | 'untimed' | 'timed';
}

/** A request as its sender would make it, without an address. */
export interface SignedWebhook {
  /** Names in lower case. */
  headers: Record<string, string>;
  body: Uint8Array<ArrayBuffer>;
}

/**
 * Makes a genuine delivery, for tests, command lines and examples, or for a sender of your own.
 * @throws TypeError when the secret is empty, or the method does not exist.
 */
export async function signWebhook(method: WebhookMethod, options: SignOptions): Promise<SignedWebhook> {
  if (options.secret === '') throw new TypeError('An empty secret signs nothing.');
  const body =
    typeof options.body === 'string' ? new TextEncoder().encode(options.body) : new Uint8Array(options.body ?? []);
  const seconds = String(Math.floor((options.nowMs ?? Date.now()) / 1000));
  const sign = async (prefix: string) => writeHex(await digests.signHmac(options.secret, prefix, body));
  const headers = await signedHeaders(method, { ...options, seconds, sign });
  return { headers: { 'content-type': 'application/json', ...headers }, body };
}

const digests = /* @__PURE__ */ createWebDigests();

interface Signing extends SignOptions {
  seconds: string;
  sign(prefix: string): Promise<string>;
}

async function signedHeaders(method: WebhookMethod, signing: Signing): Promise<Record<string, string>> {
  const { seconds, sign, deliveryId } = signing;
  switch (method) {
    case 'hmac-sha256':
    case 'cloudflare-email':
      return {
        ...(await marfaHeaders(signing)),
        ...(deliveryId !== undefined && { 'x-marfa-delivery-id': deliveryId }),
      };
    case 'slack':
      return { 'x-slack-request-timestamp': seconds, 'x-slack-signature': `v0=${await sign(`v0:${seconds}:`)}` };
    case 'stripe':
      return { 'stripe-signature': `t=${seconds},v1=${await sign(`${seconds}.`)}` };
    case 'github':
      return {
        'x-hub-signature-256': `sha256=${await sign('')}`,
        ...(deliveryId !== undefined && { 'x-github-delivery': deliveryId }),
      };
    case 'google-channel':
      return { 'x-goog-channel-token': signing.secret, ...channelHeaders(deliveryId ?? 'channel-1') };
    default:
      throw new TypeError(`There is no webhook method ${method satisfies never}.`);
  }
}

async function marfaHeaders({ form = 'plain', seconds, sign }: Signing): Promise<Record<string, string>> {
  if (form === 'timed') return { 'x-marfa-signature': `t=${seconds},v1=${await sign(`${seconds}.`)}` };
  const signature = { 'x-marfa-signature': `sha256=${await sign('')}` };
  return form === 'untimed' ? signature : { ...signature, 'x-marfa-timestamp': seconds };
}

/** Google allows no colon in a channel's id. */
function channelHeaders(deliveryId: string): Record<string, string> {
  const [channel = '', message] = deliveryId.split(':');
  return { 'x-goog-channel-id': channel, ...(message !== undefined && { 'x-goog-message-number': message }) };
}
