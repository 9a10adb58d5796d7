import {
  type CreateInboundWebhookInput,
  type InboundWebhook,
  type IntegrationManifest,
  MarfaError,
  type NewInboundWebhook,
  type RotateInboundWebhookInput,
  type UpdateInboundWebhookInput,
} from '@withmarfa/shared';
import type { Caller } from '../../platform/caller.ts';
import type { Queryable, Transaction } from '../../platform/database/database.ts';
import { lockRows } from '../../platform/database/row-lock.ts';
import type { Platform } from '../../platform/platform.ts';
import type { SecretBox } from '../../platform/secret-box.ts';
import type { AuditService } from '../audit/index.ts';
import { type ConnectionsService, isTriggerGranted, type RenewalWishes } from '../connections/index.ts';
import type { IntegrationsService } from '../integrations/index.ts';
import { type InboundWebhookRow, receiptUrl, type SecretRow, toInboundWebhook } from './inbound-webhook-shape.ts';

/** What the secrets of inbound webhooks are sealed for. */
export const INBOUND_SECRET_PURPOSE = 'inbound webhook secret';
const SECRET_BYTES = 32;
/** Live at the same time at one Connection: each delivery may have to be held against every one of them. */
const MAX_PER_CONNECTION = 20;

/** Where a new inbound webhook belongs. */
export interface InboundOwner {
  connectionId: string;
  method: IntegrationManifest['webhook_verification']['method'];
}

export interface InboundWebhooksService {
  /** Opens one, at installation or later. The Connection may take deliveries. */
  open(
    transaction: Transaction,
    caller: Caller,
    owner: InboundOwner,
    input: CreateInboundWebhookInput,
  ): Promise<NewInboundWebhook>;
  /** @throws MarfaError `connection_not_found`, `validation_error` when the Connection takes no deliveries. */
  create(
    transaction: Transaction,
    caller: Caller,
    connectionId: string,
    input: CreateInboundWebhookInput,
  ): Promise<NewInboundWebhook>;
  list(caller: Caller, connectionId: string): Promise<InboundWebhook[]>;
  /** @throws MarfaError `inbound_webhook_not_found`. */
  require(queryable: Queryable, connectionId: string, id: string): Promise<InboundWebhookRow>;
  update(
    transaction: Transaction,
    caller: Caller,
    at: WebhookPlace,
    input: UpdateInboundWebhookInput,
  ): Promise<InboundWebhook>;
  rotate(
    transaction: Transaction,
    caller: Caller,
    at: WebhookPlace,
    input: RotateInboundWebhookInput,
  ): Promise<NewInboundWebhook>;
  /** Disables it for good. */
  remove(transaction: Transaction, caller: Caller, at: WebhookPlace): Promise<void>;
}

export interface WebhookPlace {
  connectionId: string;
  id: string;
}

export interface InboundWebhooksDeps {
  platform: Platform;
  connections: ConnectionsService;
  integrations: IntegrationsService;
  audit: AuditService;
  box: SecretBox;
  /** What is registered at an upstream names the newest of them. */
  renewals: Pick<RenewalWishes, 'want'>;
  publicUrl: () => string;
}

/** Where services tell Connections of what happens, and the secrets they prove themselves by. */
export function createInboundWebhooksService(deps: InboundWebhooksDeps): InboundWebhooksService {
  const { platform, connections, integrations, audit, box, renewals, publicUrl } = deps;
  const { database, newId, now, randomBytes } = platform;

  const seal = (id: string, secret: string) => box.seal(INBOUND_SECRET_PURPOSE, id, secret);
  const newSecret = () => `whsec_${Buffer.from(randomBytes(SECRET_BYTES)).toString('base64url')}`;
  const urlOf = (id: string) => receiptUrl(publicUrl(), id);

  async function require(queryable: Queryable, connectionId: string, id: string): Promise<InboundWebhookRow> {
    const row = await ofConnection(queryable, connectionId).where('id', '=', id).executeTakeFirst();
    if (!row) throw notFound();
    return row;
  }

  async function lock(transaction: Transaction, caller: Caller, at: WebhookPlace): Promise<InboundWebhookRow> {
    await connections.require(transaction, caller.spaceId, at.connectionId);
    const select = ofConnection(transaction, at.connectionId).where('id', '=', at.id);
    const row = await lockRows(select, database.dialect).executeTakeFirst();
    if (!row) throw notFound();
    return row;
  }

  async function secretsOf(queryable: Queryable, ids: readonly string[]): Promise<SecretRow[]> {
    if (ids.length === 0) return [];
    const rows = await queryable
      .selectFrom('inbound_webhook_secrets')
      .selectAll()
      .where('inbound_webhook_id', 'in', [...ids])
      .orderBy('id', 'desc')
      .execute();
    return rows
      .filter(({ expires_at_ms }) => expires_at_ms === null || expires_at_ms > now().getTime())
      .map((row) => ({ ...row, secret: box.open(INBOUND_SECRET_PURPOSE, row.id, row.secret) }));
  }

  async function shape(queryable: Queryable, row: InboundWebhookRow): Promise<InboundWebhook> {
    return toInboundWebhook(row, await secretsOf(queryable, [row.id]), urlOf(row.id));
  }

  /** @param overlapSeconds for which the former secret is taken beside the new one. */
  async function replaceSecret(
    transaction: Transaction,
    row: InboundWebhookRow,
    { secret, overlapSeconds }: { secret: string; overlapSeconds: number },
  ): Promise<void> {
    const endsAtMs = now().getTime() + overlapSeconds * 1000;
    const former = transaction.updateTable('inbound_webhook_secrets').where('inbound_webhook_id', '=', row.id);
    // Two live ones at the most: what was on its way out already goes at once.
    await transaction
      .deleteFrom('inbound_webhook_secrets')
      .where('inbound_webhook_id', '=', row.id)
      .where((each) => (overlapSeconds === 0 ? each.lit(true) : each('expires_at_ms', 'is not', null)))
      .execute();
    await former.set({ expires_at_ms: endsAtMs }).execute();
    await insertSecret(transaction, row.id, secret);
  }

  async function insertSecret(transaction: Transaction, webhookId: string, secret: string): Promise<void> {
    const id = newId();
    await transaction
      .insertInto('inbound_webhook_secrets')
      .values({ id, inbound_webhook_id: webhookId, secret: seal(id, secret), expires_at_ms: null })
      .execute();
  }

  async function touch(
    transaction: Transaction,
    row: InboundWebhookRow,
    changes: Partial<Pick<InboundWebhookRow, 'disabled' | 'removed'>>,
  ): Promise<InboundWebhookRow> {
    const next = { ...row, ...changes, updated_at: now().toISOString() };
    const { disabled, removed, updated_at } = next;
    await transaction
      .updateTable('inbound_webhooks')
      .set({ disabled, removed, updated_at })
      .where('id', '=', row.id)
      .execute();
    await renewals.want(transaction, await connections.require(transaction, row.space_id, row.connection_id));
    return next;
  }

  const record = (transaction: Transaction, caller: Caller, action: string, row: InboundWebhookRow, details = {}) =>
    audit.record(transaction, caller, {
      action: `inbound_webhook.${action}`,
      resource_type: 'inbound_webhook',
      resource_id: row.id,
      details: { connection_id: row.connection_id, ...details },
    });

  async function open(
    transaction: Transaction,
    caller: Caller,
    { connectionId, method }: InboundOwner,
    input: CreateInboundWebhookInput,
  ): Promise<NewInboundWebhook> {
    const secret = input.secret ?? newSecret();
    const at = now().toISOString();
    const row: InboundWebhookRow = {
      id: newId(),
      space_id: caller.spaceId,
      connection_id: connectionId,
      method,
      external_service_id: input.external_service_id ?? null,
      events: JSON.stringify(input.events),
      disabled: 0,
      removed: 0,
      created_at: at,
      updated_at: at,
    };
    await transaction.insertInto('inbound_webhooks').values(row).execute();
    await insertSecret(transaction, row.id, secret);
    await record(transaction, caller, 'create', row, { method });
    return { ...(await shape(transaction, row)), secret };
  }

  return {
    open,
    require,

    async create(transaction, caller, connectionId, input) {
      const connection = await connections.lock(transaction, caller.spaceId, connectionId);
      if (connection.active === 0) throw new MarfaError('validation_error', 'This connection has been uninstalled.');
      if (!isTriggerGranted(connection, 'webhook'))
        throw new MarfaError('validation_error', `${connection.integration_name} has no webhook trigger here.`);
      const live = await ofConnection(transaction, connectionId).where('removed', '=', 0).execute();
      if (live.length >= MAX_PER_CONNECTION)
        throw new MarfaError('validation_error', `A connection has at most ${MAX_PER_CONNECTION} inbound webhooks.`);
      const manifest = await integrations.manifestOf(connection.integration_id);
      const { method } = manifest.webhook_verification;
      const opened = await open(transaction, caller, { connectionId, method }, input);
      await renewals.want(transaction, connection);
      return opened;
    },

    async list(caller, connectionId) {
      await connections.require(database.read, caller.spaceId, connectionId);
      const rows = await ofConnection(database.read, connectionId).orderBy('id', 'desc').execute();
      const secrets = await secretsOf(
        database.read,
        rows.map(({ id }) => id),
      );
      return rows.map((row) =>
        toInboundWebhook(
          row,
          secrets.filter(({ inbound_webhook_id }) => inbound_webhook_id === row.id),
          urlOf(row.id),
        ),
      );
    },

    async update(transaction, caller, at, { disabled, secret }) {
      const row = await lock(transaction, caller, at);
      if (row.removed === 1)
        throw new MarfaError('validation_error', 'This inbound webhook was disabled for good; create another one.');
      if (secret !== undefined) await replaceSecret(transaction, row, { secret, overlapSeconds: 0 });
      const next = await touch(transaction, row, disabled === undefined ? {} : { disabled: disabled ? 1 : 0 });
      const changed = [...(disabled === undefined ? [] : ['disabled']), ...(secret === undefined ? [] : ['secret'])];
      await record(transaction, caller, 'update', next, { changed });
      return shape(transaction, next);
    },

    async rotate(transaction, caller, at, { secret = newSecret(), overlap_seconds }) {
      const row = await lock(transaction, caller, at);
      if (row.removed === 1)
        throw new MarfaError('validation_error', 'This inbound webhook was disabled for good; create another one.');
      await replaceSecret(transaction, row, { secret, overlapSeconds: overlap_seconds });
      const next = await touch(transaction, row, {});
      await record(transaction, caller, 'update', next, { changed: ['secret'], overlap_seconds });
      return { ...(await shape(transaction, next)), secret };
    },

    async remove(transaction, caller, at) {
      const row = await lock(transaction, caller, at);
      if (row.removed === 1) return;
      await transaction.deleteFrom('inbound_webhook_secrets').where('inbound_webhook_id', '=', row.id).execute();
      await record(transaction, caller, 'delete', await touch(transaction, row, { disabled: 1, removed: 1 }));
    },
  };
}

function ofConnection(queryable: Queryable, connectionId: string) {
  return queryable.selectFrom('inbound_webhooks').selectAll().where('connection_id', '=', connectionId);
}

function notFound(): MarfaError {
  return new MarfaError('inbound_webhook_not_found', 'There is no such inbound webhook.');
}
