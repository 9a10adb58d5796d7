import { createHash } from 'node:crypto';
import { MarfaError } from '@withmarfa/shared';
import type { Caller } from '../../platform/caller.ts';
import type { Transaction } from '../../platform/database/database.ts';
import type { RedirectAllowlist } from '../../platform/redirect-allowlist.ts';
import type { ConnectionRow } from '../connections/index.ts';
import type { OAuthCredential } from '../credentials/index.ts';
import { authorizationUrl } from './authorization-url.ts';
import { invalidState, type OAuthState, openState, sealState } from './oauth-state.ts';
import { type SaveDeps, saveGrant } from './save-grant.ts';
import { requestTokens } from './token-endpoint.ts';
import { beginTokenCall, endTokenCall } from './tokens-store.ts';

/** How long a person may take at the upstream, in milliseconds. */
const STATE_LIFE_MS = 600_000;

export interface StartedOAuth {
  authorize_url: string;
  redirect_uri: string;
  expires_at: string;
}

export interface StartOptions {
  redirectUri?: string | undefined;
  scope?: string | undefined;
  /** The person who begins in a browser, and who alone may finish. */
  userId: string | null;
  /** The address of this server in that browser, so that its session is there on the way back. */
  origin?: string;
}

/** What the upstream sends a person back with. */
export interface CallbackQuery {
  provider: string;
  state: string;
  code: string | undefined;
  /** Set when the person or the upstream said no. */
  error: string | undefined;
}

/** How an attempt ended, for the person to see. */
export type CallbackOutcome =
  | { kind: 'connected'; connection: ConnectionRow }
  | { kind: 'failed'; connection: ConnectionRow; reason: string; explanation: string };

export interface Bootstrap {
  /**
   * Begins to connect an account.
   * @throws MarfaError `connection_not_found`, `redirect_not_allowed`, `validation_error` for one that needs no OAuth account.
   */
  start(caller: Caller, connectionId: string, options: StartOptions): Promise<StartedOAuth>;
  /**
   * Takes the way back from the upstream: exchanges the code and keeps the tokens. A state is good once.
   * @throws MarfaError `invalid_state` for a forged, expired, spent or swapped one, and for a Connection that is gone.
   */
  finish(query: CallbackQuery, userId: string | null): Promise<CallbackOutcome>;
}

export interface BootstrapDeps extends SaveDeps {
  allowlist: RedirectAllowlist;
  publicUrl: () => string;
  fetch: typeof fetch;
}

/** Connects an upstream account to a Connection: PKCE always, and a sealed state that carries the verifier. */
export function createBootstrap(deps: BootstrapDeps): Bootstrap {
  const { platform, box, connections, credentials, activity, audit, allowlist, publicUrl, fetch } = deps;
  const { database, newId, now, randomBytes } = platform;
  const randomText = () => Buffer.from(randomBytes(32)).toString('base64url');

  return {
    async start(caller, connectionId, { redirectUri, scope, userId, origin = publicUrl() }) {
      const connection = await connections.require(database.read, caller.spaceId, connectionId);
      if (connection.active === 0) throw new MarfaError('validation_error', 'This connection has been uninstalled.');
      const credential = await clientOf(connection);
      if (credential === null) throw new MarfaError('validation_error', `${connection.label} needs no OAuth account.`);
      const { provider, default_scope } = credential.config;
      const redirect_uri = redirectUri ?? `${origin}/oauth/callback/${provider}`;
      allowlist.assert(redirect_uri);
      const code_verifier = randomText();
      const expiresAt = new Date(now().getTime() + STATE_LIFE_MS);
      const state = sealState(box, {
        v: 1,
        connection_id: connectionId,
        tenant_id: caller.spaceId,
        provider,
        redirect_uri,
        code_verifier,
        nonce: newId(),
        exp: expiresAt.getTime(),
        credential_id: credential.id,
        ...(userId === null ? {} : { user_id: userId }),
      });
      await database.write((transaction) =>
        audit.record(transaction, caller, {
          action: 'connection.oauth.started',
          resource_type: 'connection',
          resource_id: connectionId,
          details: { provider },
        }),
      );
      const codeChallenge = createHash('sha256').update(code_verifier).digest('base64url');
      const authorize_url = authorizationUrl(credential.config, {
        redirectUri: redirect_uri,
        scope: scope ?? default_scope,
        state,
        codeChallenge,
      });
      return { authorize_url, redirect_uri, expires_at: expiresAt.toISOString() };
    },

    async finish({ provider, state: sealed, code, error }, userId) {
      const state = openState(box, sealed, now().getTime());
      if (state.provider !== provider) throw invalidState('it belongs to another provider');
      if (state.user_id !== undefined && state.user_id !== userId)
        throw invalidState('somebody else began it, or you are no longer signed in; begin again');
      const { connection, credential } = await database.write((transaction) => spend(transaction, state));
      if (error !== undefined || code === undefined || code === '') {
        const reason = wordOf(error ?? 'no_code');
        return fail(connection, reason, error === 'access_denied' ? DENIED : `The upstream answered ${reason}.`);
      }
      const { redirect_uri, code_verifier } = state;
      const callId = await noteCall(connection);
      const outcome = await requestTokens(
        { credential, secret: credentials.reveal(credential) },
        { grant_type: 'authorization_code', code, redirect_uri, code_verifier },
        { fetch },
      );
      if (outcome.kind !== 'granted')
        return fail(
          connection,
          outcome.reason,
          outcome.kind === 'refused' ? outcome.explanation : UNANSWERED,
          (transaction) => endTokenCall(transaction, callId, { ...endOf(outcome), nowMs: now().getTime() }),
        );
      const saved = await saveGrant({ connection, credential, outcome, callId }, deps);
      if (saved !== null) return { kind: 'connected', connection: saved };
      throw invalidState('its connection has been uninstalled or changed meanwhile');
    },
  };

  /** Takes the state's one use, and finds what it is about. */
  async function spend(
    transaction: Transaction,
    state: OAuthState,
  ): Promise<{ connection: ConnectionRow; credential: OAuthCredential }> {
    const claimed = await transaction
      .insertInto('spent_forms')
      .values({ id: `oauth-state:${state.nonce}`, expires_at_ms: state.exp })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    if ((claimed.numInsertedOrUpdatedRows ?? 0n) === 0n) throw invalidState('it was used before; begin again');
    const connection = await connections.require(transaction, state.tenant_id, state.connection_id).catch(() => null);
    const credential = connection?.active === 1 ? await clientOf(connection) : null;
    if (!connection || credential?.id !== state.credential_id)
      throw invalidState('its connection has been uninstalled or changed meanwhile');
    return { connection, credential };
  }

  async function clientOf({ space_id, credential_ref }: ConnectionRow): Promise<OAuthCredential | null> {
    const credential = credential_ref === null ? null : await credentials.find(database.read, space_id, credential_ref);
    return credential?.kind === 'oauth_token' ? credential : null;
  }

  /** The journal has every call for tokens, before it is made. */
  async function noteCall({ id: connection_id, space_id }: ConnectionRow): Promise<string> {
    const id = newId();
    const call = { id, space_id, connection_id, grant_type: 'authorization_code', generation: 0, fence: 0 };
    await database.write((transaction) => beginTokenCall(transaction, { ...call, started_at_ms: now().getTime() }));
    return id;
  }

  async function fail(
    connection: ConnectionRow,
    reason: string,
    explanation: string,
    also: (transaction: Transaction) => Promise<void> = () => Promise.resolve(),
  ): Promise<CallbackOutcome> {
    await database.write(async (transaction) => {
      await also(transaction);
      await activity.record(transaction, connection.space_id, connection.id, {
        severity: 'error',
        summary: `the account of ${connection.label} was not connected`,
        detail: { kind: 'oauth_failed', reason, explanation },
      });
      await audit.record(
        transaction,
        { keyId: null, spaceId: connection.space_id, clientIp: null },
        {
          action: 'connection.oauth.failed',
          resource_type: 'connection',
          resource_id: connection.id,
          details: { reason },
        },
      );
    });
    return { kind: 'failed', connection, reason, explanation };
  }
}

const endOf = ({ kind, reason }: { kind: string; reason: string }) => ({ outcome: kind, reason });

const DENIED = 'Access was denied at the upstream. Nothing was changed; begin again when you want to allow it.';
const UNANSWERED = 'The upstream could not be asked for the tokens, or answered nothing that makes sense. Begin again.';

/** What an upstream calls its error is shown as a short word: it may have sent anything. */
function wordOf(text: string): string {
  return (
    text
      .toLowerCase()
      .replaceAll(/[^a-z0-9_.-]+/g, '_')
      .slice(0, 64) || 'error'
  );
}
