import type { Platform } from '../../platform/platform.ts';
import type { SecretBox } from '../../platform/secret-box.ts';
import type { ActivityService } from '../activity/index.ts';
import type { AuditService } from '../audit/index.ts';
import type { ConnectionRow, ConnectionsService } from '../connections/index.ts';
import type { CredentialsService, OAuthCredential } from '../credentials/index.ts';
import type { TokenOutcome } from './token-endpoint.ts';
import { endTokenCall, lockTokens, sealTokens } from './tokens-store.ts';

export interface NewGrant {
  connection: ConnectionRow;
  credential: OAuthCredential;
  outcome: TokenOutcome & { kind: 'granted' };
  /** The journal entry of the call that gave it. */
  callId: string;
}

export interface SaveDeps {
  platform: Platform;
  box: SecretBox;
  connections: ConnectionsService;
  credentials: CredentialsService;
  activity: ActivityService;
  audit: AuditService;
}

/**
 * Keeps the tokens of a fresh grant and takes the Connection to work. A renewal of former tokens that is under way finds
 * its fence stale.
 * @returns the Connection, or null when it is gone or has another client by now.
 */
export async function saveGrant(
  { connection, credential, outcome, callId }: NewGrant,
  { platform, box, connections, credentials, activity, audit }: SaveDeps,
): Promise<ConnectionRow | null> {
  const { database, now } = platform;
  const { space_id, id } = connection;
  return database.write(async (transaction) => {
    const row = await connections.lock(transaction, space_id, id);
    const isWanted = row.active === 1 && row.credential_ref === credential.id;
    const end = { outcome: isWanted ? 'granted' : 'superseded', reason: null, nowMs: now().getTime() };
    await endTokenCall(transaction, callId, end);
    if (!isWanted) return null;
    const before = await lockTokens(transaction, database.dialect, id);
    const sealed = {
      // Another grant: nothing of the former one is carried over.
      ...sealTokens(box, id, { tokens: outcome.tokens, former: null, nowMs: now().getTime() }),
      generation: (before?.generation ?? 0) + 1,
      credential_id: credential.id,
      holder: '',
      fence: (before?.fence ?? 0) + 1,
      lease_expires_at_ms: 0,
    };
    await transaction
      .insertInto('upstream_tokens')
      .values({ connection_id: id, space_id, ...sealed })
      .onConflict((conflict) => conflict.column('connection_id').doUpdateSet(sealed))
      .execute();
    if (credential.authMethod !== outcome.authMethod)
      await credentials.noteAuthMethod(transaction, credential.id, outcome.authMethod);
    await connections.reauthorization.solve(transaction, row);
    await activity.record(transaction, space_id, id, {
      severity: 'info',
      summary: `the account of ${row.label} was connected`,
      detail: { kind: 'oauth_connected' },
    });
    await audit.record(
      transaction,
      { keyId: null, spaceId: space_id, clientIp: null },
      { action: 'connection.oauth.completed', resource_type: 'connection', resource_id: id },
    );
    return connections.require(transaction, space_id, id);
  });
}
