import { ProtocolError } from '../../http/protocol-error.ts';
import type { ProtocolAnswer } from '../../http/protocol-routes.ts';
import { advisoryLock } from '../../platform/database/advisory-lock.ts';
import type { Transaction } from '../../platform/database/database.ts';
import { scopesOf } from './client-metadata.ts';
import { committed } from './committed.ts';
import { type DeviceCode, findByDeviceHash, notePoll, setStatus } from './device-codes-store.ts';
import type { OAuthContext } from './oauth-context.ts';
import { settleIssued } from './settle-issued.ts';
import type { TokenRequest } from './token-request.ts';

/** What each poll that comes too soon adds to the interval (RFC 8628 section 3.5). */
const SLOW_DOWN_SECONDS = 5;
/** A timer of exactly the interval may fire a little early. */
const EARLY_MS = 250;

/** The device grant at the token endpoint, and `POST /auth/device/token` (RFC 8628 sections 3.4 and 3.5). */
export function redeemDeviceCode(context: OAuthContext, request: TokenRequest): Promise<ProtocolAnswer> {
  const { form, client, issuer } = request;
  const { device_code: deviceCode } = form;
  if (deviceCode === undefined) throw new ProtocolError('invalid_request', 'device_code is missing');
  const { database, now, newId } = context.platform;
  const hashed = context.hash(deviceCode);
  return committed(database, async (transaction) => {
    await advisoryLock(transaction, database.dialect, `device:${hashed}`);
    const known = await findByDeviceHash(transaction, hashed);
    // Whoever ends the grant locks it before it touches the code, so this locks it before the code is marked.
    if (known?.user_id) await context.grants.lock(transaction, { userId: known.user_id, clientId: known.client_id });
    const code = await findByDeviceHash(transaction, hashed);
    if (code === null || code.client_id !== client.clientId || code.status === 'fetched')
      throw new ProtocolError('invalid_grant', 'this device_code is unknown or has been used');
    if (code.status === 'denied') throw new ProtocolError('access_denied', 'the person said no');
    if (code.expires_at_ms <= now().getTime())
      throw new ProtocolError('expired_token', 'this device_code has expired; start again');
    if (code.status !== 'approved' || code.user_id === null) await tellToWait(transaction, code, now().getTime());
    await setStatus(transaction, hashed, 'fetched');
    const answer = await context.library.issue(
      { issuer, client, scopes: null },
      {
        clientId: client.clientId,
        userId: code.user_id ?? '',
        scopes: scopesOf(code.scope),
        family: `device:${newId()}`,
        authTime: code.auth_time_ms === null ? null : new Date(code.auth_time_ms),
      },
    );
    return settleIssued(context, transaction, { client, answer });
  });
}

/** @throws ProtocolError always: `authorization_pending`, or `slow_down` to who asks again too soon. */
async function tellToWait(transaction: Transaction, code: DeviceCode, nowMs: number): Promise<never> {
  const isTooSoon = code.polled_at_ms !== null && nowMs - code.polled_at_ms < code.interval_seconds * 1000 - EARLY_MS;
  const interval = code.interval_seconds + (isTooSoon ? SLOW_DOWN_SECONDS : 0);
  await notePoll(transaction, code.device_hash, { polled_at_ms: nowMs, interval_seconds: interval });
  if (isTooSoon) throw new ProtocolError('slow_down', `ask every ${interval} seconds`);
  throw new ProtocolError('authorization_pending', 'the person has not decided yet');
}
