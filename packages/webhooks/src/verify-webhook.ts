import type { Adapter, TokenAdapter } from './adapters/adapter.ts';
import { cloudflareEmail } from './adapters/cloudflare-email.ts';
import { github } from './adapters/github.ts';
import { googleChannel } from './adapters/google-channel.ts';
import { hmacSha256 } from './adapters/hmac-sha256.ts';
import { slack } from './adapters/slack.ts';
import { stripe } from './adapters/stripe.ts';
import { deliveryIdFrom, isPlainId } from './delivery-id.ts';
import type { Digests } from './digests/digests.ts';
import { refusal } from './refusal.ts';
import type { Verification, VerifyOptions, VerifyWebhook, WebhookMethod, WebhookRequest } from './webhook-types.ts';

const ADAPTERS = new Map<WebhookMethod, Adapter>([
  ['hmac-sha256', hmacSha256],
  ['slack', slack],
  ['stripe', stripe],
  ['github', github],
  ['google-channel', googleChannel],
  ['cloudflare-email', cloudflareEmail],
]);

const NOTHING = new Uint8Array(0);

/** @returns `verifyWebhook`, on the hashing of one runtime. */
export function createVerifyWebhook(digests: Digests): VerifyWebhook {
  // One async function, which waits only for what is not there yet: each further promise costs a tenth of a small check.
  return async (method, request, options) => {
    const adapter = adapterOf(method, request);
    if (adapter.kind === 'token') return verifyToken(digests, method, adapter, request, options);

    const { secrets, nowMs = Date.now(), requireTimestamp = false } = options;
    const parts = adapter.read(request.headers, { nowMs, requireTimestamp });
    if (parts.verified === false) return parts;
    const { body } = request;
    for (let index = 0; index < secrets.length; index += 1) {
      const secret = secrets[index];
      if (!secret) continue;
      const found = digests.matchHmac(secret, parts.prefix, body, parts.signatures);
      const signature = found instanceof Promise ? await found : found;
      if (signature === null) continue;
      const given = adapter.deliveryId(request, parts, signature);
      const id =
        given !== null && isPlainId(given)
          ? given
          : await deliveryIdFrom(digests, given, { method, timestamp: parts.timestamp, body });
      return { verified: true, external_delivery_id: id, secret_index: index };
    }
    return refusal('signature_mismatch', 'No given secret makes the signature that came with these bytes.');
  };
}

/** These faults are the caller's own, never the sender's. */
function adapterOf(method: WebhookMethod, { body }: WebhookRequest): Adapter {
  const adapter = ADAPTERS.get(method);
  if (adapter === undefined) throw new TypeError(`There is no webhook method ${method}.`);
  if (!isBytes(body))
    throw new TypeError('A webhook is verified over the bytes that came: give a Uint8Array, not a parsed body.');
  return adapter;
}

async function verifyToken(
  digests: Digests,
  method: WebhookMethod,
  adapter: TokenAdapter,
  { headers, body }: WebhookRequest,
  { secrets }: VerifyOptions,
): Promise<Verification> {
  const parts = adapter.read(headers);
  if ('reason' in parts) return parts;
  if (!secrets.some((secret) => secret !== ''))
    return refusal('channel_secret_unset', 'No secret is set for this channel.');
  const secret_index = await matchingSecret(digests, parts.token, secrets);
  if (secret_index === null) return tokenRefusal(parts.token);
  const given = adapter.deliveryId(headers);
  if (typeof given !== 'string') return given;
  const external_delivery_id = await deliveryIdFrom(digests, given, { method, timestamp: '', body });
  return { verified: true, external_delivery_id, secret_index };
}

async function matchingSecret(digests: Digests, token: string, secrets: readonly string[]): Promise<number | null> {
  // Other characters may be lost on the way to bytes, and two texts must not become one.
  if (!/^[\x20-\x7e]+$/.test(token)) return null;
  // Compare digests, not texts: the length must not leak.
  const offered = await digests.sha256(token, NOTHING);
  for (const [index, secret] of secrets.entries())
    if (secret !== '' && digests.equal(offered, await digests.sha256(secret, NOTHING))) return index;
  return null;
}

function tokenRefusal(token: string): Verification {
  return token.includes(', ')
    ? refusal('signature_format_invalid', 'X-Goog-Channel-Token stands more than once, or is not this channel’s.')
    : refusal('channel_token_mismatch', 'X-Goog-Channel-Token is not this channel’s.');
}

/** By its shape: bytes of another realm, such as a test environment’s, are bytes too. */
function isBytes(body: unknown): body is Uint8Array {
  return ArrayBuffer.isView(body) && 'BYTES_PER_ELEMENT' in body && body.BYTES_PER_ELEMENT === 1;
}
