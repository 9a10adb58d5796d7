import { ProtocolError } from '../../http/protocol-error.ts';
import type { ProtocolAnswer, ProtocolHandler } from '../../http/protocol-routes.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { isUniqueViolation } from '../../platform/database/storage-fault.ts';
import { DEVICE_GRANT, type SignedIn } from '../auth/index.ts';
import { scopesOf } from './client-metadata.ts';
import { findClient, type OAuthClient } from './clients-store.ts';
import { findPending, insertDeviceCode, settlePending } from './device-codes-store.ts';
import type { Grant } from './grants-service.ts';
import { judgeScopes, withRefresh } from './judge-scopes.ts';
import type { OAuthContext } from './oauth-context.ts';
import { toTokenRequest } from './token-request.ts';
import { mintUserCode, readUserCode } from './user-code.ts';

const EXPIRES_SECONDS = 900;
const INTERVAL_SECONDS = 5;
const DEVICE_CODE_BYTES = 32;
/** Two live codes that are alike are one chance in a million at a thousand devices. */
const TRIES = 5;

/** What a device asks for, as its person is asked. */
export interface DeviceQuestion {
  userCode: string;
  client: OAuthClient;
  scopes: string[];
  before: Grant | null;
}

export interface DeviceService {
  /** `POST /auth/device` (RFC 8628 section 3.1). */
  start: ProtocolHandler;
  /** @returns what a typed code stands for; null for one that is unknown, decided or too old. */
  ask(typed: string, userId: string): Promise<DeviceQuestion | null>;
  /** @returns null when it has been decided, or ended, meanwhile. */
  decide(
    decision: { userCode: string; accept: boolean; scopes: readonly string[] },
    who: { session: SignedIn; clientIp: string | null },
  ): Promise<'approved' | 'denied' | null>;
}

/** Sign-in for devices without a browser, as a state machine of our own: pending, approved or denied, fetched. */
export function createDeviceService(context: OAuthContext): DeviceService {
  const { platform, grants, hash, issuerOf } = context;
  const { database, now, randomBytes } = platform;

  async function keepCode(client: OAuthClient, scopes: readonly string[]) {
    const deviceCode = Buffer.from(randomBytes(DEVICE_CODE_BYTES)).toString('base64url');
    const userCode = mintUserCode(randomBytes);
    await database.write((transaction) =>
      insertDeviceCode(transaction, {
        device_hash: hash(deviceCode),
        user_code: userCode,
        client_id: client.clientId,
        scope: scopes.join(' '),
        status: 'pending',
        user_id: null,
        auth_time_ms: null,
        interval_seconds: INTERVAL_SECONDS,
        polled_at_ms: null,
        expires_at_ms: now().getTime() + EXPIRES_SECONDS * 1000,
      }),
    );
    return { deviceCode, userCode };
  }

  async function freshCode(client: OAuthClient, scopes: readonly string[]) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await keepCode(client, scopes);
      } catch (error) {
        if (!isUniqueViolation(error) || attempt === TRIES) throw error;
      }
    }
  }

  async function questionOf(queryable: Queryable, userCode: string, userId: string): Promise<DeviceQuestion | null> {
    const code = await findPending(queryable, userCode, now().getTime());
    const client = code && (await findClient(queryable, code.client_id));
    if (!code || !client) return null;
    const before = await grants.find(queryable, { userId, clientId: client.clientId });
    return { userCode, client, scopes: scopesOf(code.scope), before };
  }

  return {
    async start(request): Promise<ProtocolAnswer> {
      const form = await request.form();
      const { client } = await toTokenRequest(context, request, form);
      if (!client.grantTypes.includes(DEVICE_GRANT))
        throw new ProtocolError('unauthorized_client', 'this client did not register for the device grant');
      const scopes = judgeScopes(form.scope, client);
      const { deviceCode, userCode } = await freshCode(client, scopes);
      const uri = `${issuerOf(request.headers)}/auth/device`;
      return {
        status: 200,
        body: {
          device_code: deviceCode,
          user_code: userCode,
          verification_uri: uri,
          verification_uri_complete: `${uri}?user_code=${userCode}`,
          expires_in: EXPIRES_SECONDS,
          interval: INTERVAL_SECONDS,
        },
      };
    },

    async ask(typed, userId) {
      const userCode = readUserCode(typed);
      return userCode === null ? null : questionOf(database.read, userCode, userId);
    },

    async decide({ userCode: typed, accept, scopes }, { session, clientIp }) {
      const userCode = readUserCode(typed) ?? '';
      return database.writeTogether(async (transaction) => {
        const question = await questionOf(transaction, userCode, session.user.id);
        if (!question) return null;
        const granted = question.scopes.filter((scope) => scopes.includes(scope));
        const isApproved = accept && granted.length > 0;
        const decided = isApproved
          ? {
              status: 'approved',
              user_id: session.user.id,
              scope: withRefresh(granted, question.scopes).join(' '),
              auth_time_ms: session.signedInAt.getTime(),
            }
          : { status: 'denied' };
        if (!(await settlePending(transaction, { userCode, nowMs: now().getTime() }, decided))) return null;
        if (!isApproved) return 'denied';
        await grants.record(
          transaction,
          { userId: session.user.id, spaceId: session.caller.spaceId, keyId: session.caller.keyId, clientIp },
          { client: question.client, scopes: granted, source: 'device' },
        );
        return 'approved';
      });
    },
  };
}
