import { MarfaError } from '@withmarfa/shared';
import type { Platform } from '../../platform/platform.ts';
import { rememberUntilCommit } from '../../platform/remembered.ts';
import { Secret } from '../../platform/secret.ts';
import type { SecretBox } from '../../platform/secret-box.ts';
import type { ConnectionRow, ConnectionsService } from '../connections/index.ts';
import type { CredentialsService, UpstreamCredential } from '../credentials/index.ts';
import { basicValue } from './basic-value.ts';
import { createOpenedSecrets } from './opened-secrets.ts';
import type { Refresher } from './refresher.ts';
import { findTokens, openAccessToken, type TokenRow } from './tokens-store.ts';

/** Tokens that end within this time are replaced before they are used. */
const FRESH_FOR_MS = 60_000;
const MAX_REMEMBERED = 1000;

/** What a call to the upstream of a Connection carries. For the process that uses it at once. */
export interface UpstreamAuthorization {
  kind: UpstreamCredential['kind'];
  /** The value of the `Authorization` header. */
  header: Secret;
  /** The bare token, for leases. */
  token: Secret;
  tokenType: string;
  /** Where calls go unless the Connection says otherwise. */
  baseUrl: string;
  /** Null when nobody told, and for static tokens. */
  expiresAtMs: number | null;
  /** Names the account whose limits the call counts against. */
  account: string;
  /** Names these very tokens among those of the Connection. */
  generation: number;
}

export interface UpstreamAccess {
  /**
   * What a call carries; tokens that are about to end are replaced first.
   * @throws MarfaError `reauth_required`, `upstream_unreachable`, or `forbidden` for a Connection without an upstream credential.
   */
  authorize(connection: ConnectionRow): Promise<UpstreamAuthorization>;
  /**
   * After the upstream answered 401: another authorization to try once, or null when there can be none and the answer is
   * the upstream's own. Static tokens are given up at once.
   * @throws as `authorize`.
   */
  afterRefusal(connection: ConnectionRow, refused: UpstreamAuthorization): Promise<UpstreamAuthorization | null>;
  /** After the upstream answered 401 to fresh tokens as well. @returns the refusal to answer with. */
  giveUp(connection: ConnectionRow, refused: UpstreamAuthorization): Promise<MarfaError>;
}

export interface UpstreamAccessDeps {
  platform: Platform;
  box: SecretBox;
  connections: ConnectionsService;
  credentials: CredentialsService;
  refresher: Refresher;
}

/** The door to upstream secrets: whoever calls an upstream gets here what the call carries. */
export function createUpstreamAccess(deps: UpstreamAccessDeps): UpstreamAccess {
  const { platform, box, connections, credentials, refresher } = deps;
  const { now } = platform;
  const database = platform.database.apart;
  const knownCredentials = rememberUntilCommit<UpstreamCredential>(database, MAX_REMEMBERED);
  const knownTokens = rememberUntilCommit<TokenRow>(database, MAX_REMEMBERED);
  const opened = createOpenedSecrets();

  async function credentialOf({ credential_ref, space_id, label }: ConnectionRow): Promise<UpstreamCredential> {
    const find = async () =>
      credential_ref === null
        ? undefined
        : ((await credentials.find(database.read, space_id, credential_ref)) ?? undefined);
    const credential = await knownCredentials.get(`${space_id} ${credential_ref}`, find);
    if (credential) return credential;
    throw new MarfaError('forbidden', `The connection ${label} has no upstream credential.`);
  }

  function ofOAuth({ id, config }: UpstreamCredential, row: TokenRow): UpstreamAuthorization {
    const token = opened.open(`${row.connection_id} ${row.access_token}`, () => Secret.of(openAccessToken(box, row)));
    return {
      kind: 'oauth_token',
      header: Secret.of(`Bearer ${token.reveal()}`),
      token,
      tokenType: row.token_type,
      baseUrl: config.upstream_base_url,
      expiresAtMs: row.expires_at_ms,
      account: `${id} ${row.account ?? ''}`.trim(),
      generation: row.generation,
    };
  }

  function ofToken(credential: UpstreamCredential & { kind: 'api_token' }): UpstreamAuthorization {
    const token = opened.open(`${credential.id} ${credential.sealed}`, () => credentials.reveal(credential));
    const { auth_scheme, upstream_base_url } = credential.config;
    const plain = token.reveal();
    return {
      kind: 'api_token',
      header: Secret.of(`${auth_scheme} ${auth_scheme === 'Basic' ? basicValue(plain) : plain}`),
      token,
      tokenType: auth_scheme,
      baseUrl: upstream_base_url,
      expiresAtMs: null,
      account: credential.id,
      generation: 0,
    };
  }

  async function renew(
    connection: ConnectionRow,
    credential: UpstreamCredential,
    seen: number,
  ): Promise<UpstreamAuthorization> {
    const place = { spaceId: connection.space_id, connectionId: connection.id, seen };
    const renewal = await refresher.renew(place);
    switch (renewal.kind) {
      case 'renewed':
        return ofOAuth(credential, renewal.row);
      case 'reauth':
        throw reauthRequired(connection.label);
      case 'unavailable':
        throw new MarfaError(
          'upstream_unreachable',
          'The upstream could not be asked for a fresh token; nothing was sent. Try again later.',
          {
            details: {
              reason: renewal.reason,
              ...(renewal.retryAfterMs === null ? {} : { retry_after_seconds: Math.ceil(renewal.retryAfterMs / 1000) }),
            },
          },
        );
      default:
        return renewal satisfies never;
    }
  }

  return {
    async authorize(connection) {
      if (connection.reauth_reason !== null) throw reauthRequired(connection.label);
      const credential = await credentialOf(connection);
      if (credential.kind === 'api_token') return ofToken(credential);
      const { space_id, id } = connection;
      const row = await knownTokens.get(`${space_id} ${id}`, () => findTokens(database.read, space_id, id));
      if (!row || row.credential_id !== credential.id) throw reauthRequired(connection.label);
      const nowMs = now().getTime();
      if (row.expires_at_ms === null || row.expires_at_ms - nowMs > marginOf(row)) return ofOAuth(credential, row);
      try {
        return await renew(connection, credential, row.generation);
      } catch (error) {
        // Tokens that still have a moment are good for this call.
        if (MarfaError.is(error, 'upstream_unreachable') && row.expires_at_ms > nowMs) return ofOAuth(credential, row);
        throw error;
      }
    },

    async afterRefusal(connection, refused) {
      if (refused.kind === 'api_token') {
        await require(connection, refused, TOKEN_REJECTED);
        return null;
      }
      return renew(connection, await credentialOf(connection), refused.generation);
    },

    async giveUp(connection, refused) {
      await require(connection, refused, REFUSED_AGAIN);
      return reauthRequired(connection.label);
    },
  };

  /** Unless what was refused has been replaced meanwhile: the refusal then says nothing of what is there. */
  async function require(
    { space_id, id, credential_ref }: ConnectionRow,
    refused: UpstreamAuthorization,
    need: Parameters<ConnectionsService['reauthorization']['require']>[2],
  ): Promise<void> {
    await database.write(async (transaction) => {
      const row = await connections.lock(transaction, space_id, id);
      if (row.credential_ref !== credential_ref) return;
      if (refused.kind === 'oauth_token') {
        const tokens = await findTokens(transaction, space_id, id);
        if (tokens?.generation !== refused.generation) return;
      } else {
        const credential = await credentials.find(transaction, space_id, credential_ref ?? '');
        if (!credential || credentials.reveal(credential).reveal() !== refused.token.reveal()) return;
      }
      await connections.reauthorization.require(transaction, row, need);
    });
  }

  /** A provider whose tokens live no longer than the margin would be asked before every call. */
  function marginOf({ expires_at_ms, obtained_at_ms, generation }: TokenRow): number {
    if (generation === 1 || expires_at_ms === null) return FRESH_FOR_MS;
    return Math.min(FRESH_FOR_MS, (expires_at_ms - obtained_at_ms) / 2);
  }
}

const TOKEN_REJECTED = {
  kind: 'token_rejected',
  reason: 'rejected',
  explanation: 'The upstream answered 401 to the API token of this connection.',
} as const;

const REFUSED_AGAIN = {
  kind: 'reauth_required',
  reason: 'rejected_after_renewal',
  explanation: 'The upstream answered 401 to a token that it had issued just before.',
} as const;

function reauthRequired(label: string): MarfaError {
  return new MarfaError(
    'reauth_required',
    `The upstream account of ${label} has to be connected again by a person before calls go through.`,
  );
}
