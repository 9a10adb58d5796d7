import { type ApiTokenInput, MarfaError, type OAuthProviderInput, type UpdateCredentialInput } from '@withmarfa/shared';
import type { Caller } from '../../platform/caller.ts';
import type { Queryable, Transaction } from '../../platform/database/database.ts';
import { preparedQuery } from '../../platform/database/prepared-query.ts';
import { lockRows } from '../../platform/database/row-lock.ts';
import type { Platform } from '../../platform/platform.ts';
import { Secret } from '../../platform/secret.ts';
import type { SecretBox } from '../../platform/secret-box.ts';
import { editSystemItem, findSystemItem, insertSystemItem, revokeSystemItem } from '../../platform/system-items.ts';
import { UPSTREAM_PURPOSE } from '../../platform/upstream-purpose.ts';
import type { AuditService } from '../audit/index.ts';
import { assertBaseUrl } from './assert-base-url.ts';
import { slugOf } from './slug-of.ts';
import {
  type ApiTokenConfig,
  type CredentialRow,
  type OAuthCredential,
  type OAuthProviderConfig,
  toCredential,
  type UpstreamCredential,
} from './upstream-credential.ts';

export interface CredentialsService {
  /** @param provider names it in callback addresses; made from the label by default. @returns the id. */
  createOAuthProvider(
    transaction: Transaction,
    caller: Caller,
    input: OAuthProviderInput,
    provider?: string,
  ): Promise<string>;
  /** @returns the id. */
  createApiToken(transaction: Transaction, caller: Caller, input: ApiTokenInput): Promise<string>;
  /**
   * Renames it or replaces its secret.
   * @returns the credential, and whether what authenticates changed.
   * @throws MarfaError `not_found`, `validation_error` for what belongs to the other kind.
   */
  update(
    transaction: Transaction,
    caller: Caller,
    change: { id: string; input: UpdateCredentialInput },
  ): Promise<{ credential: UpstreamCredential; renewed: boolean }>;
  /** @throws MarfaError `not_found`, or `conflict` while an active Connection refers to it. */
  remove(transaction: Transaction, caller: Caller, id: string): Promise<void>;
  /** @returns null for another space's and for what is gone. */
  find(queryable: Queryable, spaceId: string, id: string): Promise<UpstreamCredential | null>;
  /** The upstream credentials of a space, newest first. */
  list(queryable: Queryable, spaceId: string): Promise<UpstreamCredential[]>;
  /** Opens a secret, for the process that uses it at once. */
  reveal(credential: UpstreamCredential): Secret;
  /** Notes how the token endpoint wants the client to authenticate. */
  noteAuthMethod(
    transaction: Transaction,
    id: string,
    method: NonNullable<OAuthCredential['authMethod']>,
  ): Promise<void>;
}

/** Every call through the proxy asks for one. */
const credentialById = preparedQuery<{ spaceId: string; id: string }, CredentialRow>(
  ['spaceId', 'id'],
  (queryable, value) =>
    queryable
      .selectFrom('upstream_credentials')
      .selectAll()
      .where('space_id', '=', value.spaceId)
      .where('id', '=', value.id),
);

export interface CredentialsDeps {
  platform: Platform;
  audit: AuditService;
  box: SecretBox;
  /** Whether upstream addresses may be plain http. */
  mayBePlain: (url: URL) => boolean;
}

/** What opens upstream accounts. Secrets are sealed for their row, and no read path gives them back. */
export function createCredentialsService({ platform, audit, box, mayBePlain }: CredentialsDeps): CredentialsService {
  const { database, newId, now } = platform;

  interface NewCredential {
    kind: UpstreamCredential['kind'];
    label: string;
    provider: string;
    config: OAuthProviderConfig | ApiTokenConfig;
    secret: string;
  }

  async function insert(transaction: Transaction, caller: Caller, made: NewCredential): Promise<string> {
    const { kind, label, provider, config, secret } = made;
    const id = newId();
    const at = now();
    const shown = kind === 'oauth_token' ? { oauth_provider_config: config } : { api_token_config: config };
    await insertSystemItem(transaction, {
      id,
      spaceId: caller.spaceId,
      type: 'system.credential',
      properties: { label, kind, scopes: [], ...shown },
      source: caller.source,
      at,
    });
    await transaction
      .insertInto('upstream_credentials')
      .values({
        id,
        space_id: caller.spaceId,
        kind,
        label,
        provider,
        config: JSON.stringify(config),
        secret: box.seal(UPSTREAM_PURPOSE, id, secret),
        auth_method: null,
        created_at: at.toISOString(),
        updated_at: at.toISOString(),
      })
      .execute();
    await audit.record(transaction, caller, {
      action: 'credential.create',
      resource_type: 'credential',
      resource_id: id,
      details: { kind, label },
    });
    return id;
  }

  async function lock(transaction: Transaction, spaceId: string, id: string): Promise<CredentialRow> {
    const select = transaction
      .selectFrom('upstream_credentials')
      .selectAll()
      .where('space_id', '=', spaceId)
      .where('id', '=', id);
    const row = await lockRows(select, database.dialect).executeTakeFirst();
    if (!row) throw new MarfaError('not_found', 'There is no such upstream credential.');
    return row;
  }

  return {
    createOAuthProvider(transaction, caller, input, provider = slugOf(input.label)) {
      assertBaseUrl(input.oauth_authorize_url, { field: 'oauth_authorize_url', mayBePlain, mayHaveQuery: true });
      assertBaseUrl(input.oauth_token_url, { field: 'oauth_token_url', mayBePlain, mayHaveQuery: true });
      assertBaseUrl(input.upstream_base_url, { field: 'upstream_base_url', mayBePlain });
      const config = {
        authorize_url: input.oauth_authorize_url,
        token_url: input.oauth_token_url,
        client_id: input.oauth_client_id,
        upstream_base_url: input.upstream_base_url,
        ...(input.oauth_default_scope === undefined ? {} : { default_scope: input.oauth_default_scope }),
        provider,
      };
      const { label, oauth_client_secret: secret } = input;
      return insert(transaction, caller, { kind: 'oauth_token', label, provider, config, secret });
    },

    createApiToken(transaction, caller, { label, upstream_base_url, api_token: secret, auth_scheme }) {
      assertBaseUrl(upstream_base_url, { field: 'upstream_base_url', mayBePlain });
      const config = { upstream_base_url, auth_scheme };
      return insert(transaction, caller, { kind: 'api_token', label, provider: slugOf(label), config, secret });
    },

    async update(transaction, caller, { id, input }) {
      const row = await lock(transaction, caller.spaceId, id);
      const before = toCredential(row);
      refuseOtherKind(before, input);
      const config = {
        ...before.config,
        ...(input.oauth_client_id === undefined ? {} : { client_id: input.oauth_client_id }),
        ...(input.auth_scheme === undefined ? {} : { auth_scheme: input.auth_scheme }),
      };
      const secret = input.api_token ?? input.oauth_client_secret;
      const at = now();
      const changes = {
        label: input.label ?? row.label,
        config: JSON.stringify(config),
        secret: secret === undefined ? row.secret : box.seal(UPSTREAM_PURPOSE, id, secret),
        updated_at: at.toISOString(),
      };
      await transaction.updateTable('upstream_credentials').set(changes).where('id', '=', id).execute();
      const item = await findSystemItem(transaction, caller.spaceId, id, 'system.credential');
      const shown = before.kind === 'oauth_token' ? { oauth_provider_config: config } : { api_token_config: config };
      await editSystemItem(transaction, caller.spaceId, id, {
        properties: { ...item?.properties, label: changes.label, ...shown },
        at,
      });
      const changed = Object.keys(input).sort();
      await audit.record(transaction, caller, {
        action: 'credential.update',
        resource_type: 'credential',
        resource_id: id,
        details: { changed },
      });
      return {
        credential: toCredential({ ...row, ...changes }),
        renewed: changed.some((field) => field !== 'label'),
      };
    },

    async remove(transaction, caller, id) {
      await lock(transaction, caller.spaceId, id);
      const user = await transaction
        .selectFrom('connections')
        .select('label')
        .where('space_id', '=', caller.spaceId)
        .where('credential_ref', '=', id)
        .where('active', '=', 1)
        .executeTakeFirst();
      if (user)
        throw new MarfaError(
          'conflict',
          `The connection ${user.label} uses this credential; uninstall it or give it another one first.`,
        );
      await transaction.deleteFrom('upstream_tokens').where('credential_id', '=', id).execute();
      await transaction.deleteFrom('upstream_credentials').where('id', '=', id).execute();
      await revokeSystemItem(transaction, caller.spaceId, id, now());
      await audit.record(transaction, caller, {
        action: 'credential.delete',
        resource_type: 'credential',
        resource_id: id,
      });
    },

    async find(queryable, spaceId, id) {
      const row = (await credentialById(queryable, { spaceId, id })).rows[0];
      return row ? toCredential(row) : null;
    },

    async list(queryable, spaceId) {
      const rows = await queryable
        .selectFrom('upstream_credentials')
        .selectAll()
        .where('space_id', '=', spaceId)
        .orderBy('id', 'desc')
        .execute();
      return rows.map(toCredential);
    },

    reveal: ({ id, sealed }) => Secret.of(box.open(UPSTREAM_PURPOSE, id, sealed)),

    async noteAuthMethod(transaction, id, method) {
      await transaction.updateTable('upstream_credentials').set({ auth_method: method }).where('id', '=', id).execute();
    },
  };
}

const OF_OAUTH = ['oauth_client_id', 'oauth_client_secret'] as const;
const OF_TOKEN = ['api_token', 'auth_scheme'] as const;

function refuseOtherKind({ kind }: UpstreamCredential, input: UpdateCredentialInput): void {
  const foreign = (kind === 'oauth_token' ? OF_TOKEN : OF_OAUTH).filter((field) => input[field] !== undefined);
  if (foreign.length === 0) return;
  const issues = foreign.map((field) => ({ path: `$.${field}`, message: `a credential of kind ${kind} has none` }));
  throw new MarfaError('validation_error', `A credential of kind ${kind} has no ${foreign.join(', ')}.`, {
    details: { issues },
  });
}
