import { MarfaError } from '@withmarfa/shared';
import { slackChallenge, type Verification, verifyWebhook } from '@withmarfa/webhooks';
import { LRUCache } from 'lru-cache';
import type { RawExchange, RawHandler } from '../../http/raw-exchange.ts';
import { sendJson } from '../../http/send-answer.ts';
import { afterCommit } from '../../platform/database/after-commit.ts';
import type { Platform } from '../../platform/platform.ts';
import type { SecretBox } from '../../platform/secret-box.ts';
import { shareTurn } from '../../platform/share-turn.ts';
import { acceptDelivery } from './accept-delivery.ts';
import { findInboundTarget, type InboundTarget } from './inbound-target.ts';
import { INBOUND_SECRET_PURPOSE } from './inbound-webhooks-service.ts';
import { keptHeaders } from './kept-headers.ts';
import { createBodyRoom, readExactBody } from './read-exact-body.ts';
import type { RefusedDeliveries } from './refused-deliveries.ts';

/** Ids of ours; anything else is nobody's address, and some of it no database takes. */
const ADDRESS = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const ORDERING_KEY = /^[!-~]{1,255}$/;
/** Bytes of bodies that this process holds at the same time, at the most. */
const MAX_HELD_BYTES = 256 * 1024 * 1024;
/** Opened secrets kept at hand, under what they were sealed as: a changed row is another text. */
const MAX_OPENED = 1000;
const PAUSED_RETRY_SECONDS = '300';
const BUSY_RETRY_SECONDS = '5';

export interface ReceiptDeps {
  platform: Platform;
  box: SecretBox;
  refused: RefusedDeliveries;
  /** Tells that a Connection has mail. */
  ring(connectionId: string): void;
  maxBytes: number;
  requireTimestamp: boolean;
}

/**
 * Takes in what services send: finds its Connection, judges it by the exact bytes, and answers 202 when it is on disk. No
 * limit of rate stands before the verification: whoever floods an address must not be able to keep the real sender out.
 */
export function createReceipt(deps: ReceiptDeps): RawHandler {
  const { platform, box, refused, ring, maxBytes, requireTimestamp } = deps;
  const { database, newId, now } = platform;
  const room = createBodyRoom(MAX_HELD_BYTES);
  const opened = new LRUCache<string, string>({ max: MAX_OPENED });
  const targetAt = shareTurn((address) => findInboundTarget(database.read, address, now().getTime()));

  function open({ id, sealed }: { id: string; sealed: string }): string {
    const known = opened.get(sealed);
    if (known !== undefined) return known;
    const secret = box.open(INBOUND_SECRET_PURPOSE, id, sealed);
    opened.set(sealed, secret);
    return secret;
  }

  async function findTarget(exchange: RawExchange): Promise<InboundTarget> {
    const address = exchange.params.connection_id ?? '';
    const target = ADDRESS.test(address) ? await targetAt(address) : null;
    if (target === null || !target.isActive)
      throw new MarfaError('connection_not_found', 'Nothing receives webhooks at this address.');
    if (target.isPaused) {
      exchange.headers['Retry-After'] = PAUSED_RETRY_SECONDS;
      throw new MarfaError('connection_paused', 'This connection is paused; send it again later.');
    }
    if (target.isDisabled) throw new MarfaError('subscription_disabled', 'This webhook has been disabled.');
    return target;
  }

  async function refuse(
    exchange: RawExchange,
    target: InboundTarget,
    { body, reason, message }: { body: Buffer } & Extract<Verification, { verified: false }>,
  ): Promise<never> {
    const { logger, requestId, request } = exchange;
    logger.debug(
      { request_id: requestId, connection_id: target.connectionId, reason, message },
      'a delivery was not genuine',
    );
    const headers = JSON.stringify(keptHeaders(request.headers));
    await refused.record({ target, reason, headers, body });
    throw new MarfaError('unauthorized', 'This delivery is not signed as it should be.', { details: { reason } });
  }

  return async (exchange) => {
    const { request, response } = exchange;
    exchange.headers['Cache-Control'] = 'no-store';
    const receivedAtMs = now().getTime();
    const target = await findTarget(exchange);
    const body = await readBody(exchange);
    const verification = await verifyWebhook(
      target.method,
      { headers: request.headers, body },
      { secrets: target.secrets.map(open), nowMs: receivedAtMs, requireTimestamp },
    );
    if (!verification.verified) return refuse(exchange, target, { body, ...verification });
    const challenge = target.method === 'slack' ? slackChallenge(body) : null;
    if (challenge !== null) {
      response.writeHead(200, { ...exchange.headers, 'Content-Type': 'text/plain; charset=utf-8' }).end(challenge);
      return;
    }
    const { external_delivery_id: externalId, secret_index } = verification;
    const isNew = await database.write(async (transaction) => {
      const accepted = await acceptDelivery(transaction, {
        id: newId(),
        target,
        webhookId: target.secrets[secret_index]?.webhookId ?? '',
        externalId,
        headers: JSON.stringify(keptHeaders(request.headers)),
        body,
        orderingKey: orderingKeyOf(exchange, target),
        receivedAtMs,
      });
      // What is held back would all be looked through for each delivery that joins it.
      if (accepted && !target.isHeld) afterCommit(transaction, () => ring(target.connectionId));
      return accepted;
    });
    if (isNew) sendJson(exchange, 202, { ok: true, delivery_id: externalId });
    else sendJson(exchange, 200, { ok: true, duplicate: true });
  };

  async function readBody(exchange: RawExchange): Promise<Buffer> {
    const { request, response } = exchange;
    try {
      return await readExactBody(request, response, { maxBytes, room });
    } catch (thrown) {
      if (MarfaError.is(thrown, 'rate_limited')) exchange.headers['Retry-After'] = BUSY_RETRY_SECONDS;
      throw thrown;
    }
  }
}

/** Senders that sign as Marfa says may also say which deliveries belong together. */
function orderingKeyOf({ request }: RawExchange, { method }: InboundTarget): string | null {
  if (method !== 'hmac-sha256' && method !== 'cloudflare-email') return null;
  const key = request.headers['x-marfa-ordering-key'];
  return typeof key === 'string' && ORDERING_KEY.test(key) ? key : null;
}
