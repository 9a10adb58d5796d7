import {
  type CreateWebhookInput,
  type EndpointInput,
  type listWebhooks,
  MarfaError,
  type UpdateWebhookInput,
  type Webhook,
  type WebhookDelivery,
} from '@withmarfa/shared';
import type { Caller } from '../../platform/caller.ts';
import type { Queryable, Transaction } from '../../platform/database/database.ts';
import { lockRows } from '../../platform/database/row-lock.ts';
import type { EventLog } from '../../platform/event-log/open-event-log.ts';
import type { Outbound } from '../../platform/outbound-fetch.ts';
import { decodeCursor, toPage } from '../../platform/page-cursor.ts';
import type { Platform } from '../../platform/platform.ts';
import { Secret } from '../../platform/secret.ts';
import type { SecretBox } from '../../platform/secret-box.ts';
import { editSystemItem, insertSystemItem, revokeSystemItem } from '../../platform/system-items.ts';
import type { AuditService } from '../audit/index.ts';
import { refuseWebhookUrl } from './refuse-webhook-url.ts';
import { propertiesOf, toDelivery, toWebhook, type WebhookRow } from './webhook-shape.ts';

/** What the secrets of webhooks are sealed for. */
export const WEBHOOK_SECRET_PURPOSE = 'webhook secret';
const KEEP_DELIVERIES_DAYS = 30;
const SECRET_BYTES = 32;

type PageQuery = EndpointInput<typeof listWebhooks>['query'];
interface Page<Row> {
  data: Row[];
  cursor: string | null;
  has_more: boolean;
}

export interface WebhooksService {
  create(
    transaction: Transaction,
    caller: Caller,
    input: CreateWebhookInput,
  ): Promise<{ webhook: Webhook; secret: Secret }>;
  list(caller: Caller, query: PageQuery): Promise<Page<Webhook>>;
  get(caller: Caller, id: string): Promise<Webhook>;
  update(transaction: Transaction, caller: Caller, id: string, input: UpdateWebhookInput): Promise<Webhook>;
  remove(transaction: Transaction, caller: Caller, id: string): Promise<void>;
  deliveries(caller: Caller, id: string, query: PageQuery): Promise<Page<WebhookDelivery>>;
  /** Removes deliveries of more than 30 days ago. */
  prune(): Promise<void>;
}

export interface WebhooksServiceDeps {
  platform: Platform;
  audit: AuditService;
  log: Pick<EventLog, 'head' | 'present'>;
  box: SecretBox;
  policy: Outbound['policy'];
  /** Whether plain http will do, as in development. */
  mayBePlain: boolean;
}

/** Outbound webhooks of a space. What is told to them lies in `route-events.ts` and `deliver-due.ts`. */
export function createWebhooksService(deps: WebhooksServiceDeps): WebhooksService {
  const { platform, audit, log, box } = deps;
  const { database, now, newId, randomBytes } = platform;

  async function require(queryable: Queryable, spaceId: string, id: string): Promise<WebhookRow> {
    const row = await ofSpace(queryable, spaceId).where('id', '=', id).executeTakeFirst();
    if (!row) throw notFound();
    return row;
  }

  async function lock(transaction: Transaction, spaceId: string, id: string): Promise<WebhookRow> {
    const select = ofSpace(transaction, spaceId).where('id', '=', id);
    const row = await lockRows(select, database.dialect).executeTakeFirst();
    if (!row) throw notFound();
    return row;
  }

  /** What happened before is none of a webhook's business. */
  async function sinceNow(transaction: Transaction) {
    const present = await log.present(transaction);
    const { tx, seq } = await log.head(transaction);
    return { since_tx: tx, since_seq: seq, since_present: JSON.stringify(present) };
  }

  const record = (transaction: Transaction, caller: Caller, action: string, row: WebhookRow, changed?: string[]) =>
    audit.record(transaction, caller, {
      action,
      resource_type: 'webhook',
      resource_id: row.id,
      // An address may hold a token; it is not written here.
      details: changed ? { changed } : {},
    });

  return {
    async create(transaction, caller, input) {
      refuseWebhookUrl(input.url, deps);
      const id = newId();
      const at = now();
      const secret = input.secret ?? `whsec_${Buffer.from(randomBytes(SECRET_BYTES)).toString('base64url')}`;
      const row: WebhookRow = {
        id,
        space_id: caller.spaceId,
        url: input.url,
        events: JSON.stringify(input.events),
        type_filter: input.type_filter ?? null,
        secret: box.seal(WEBHOOK_SECRET_PURPOSE, id, secret),
        active: input.active ? 1 : 0,
        ...(await sinceNow(transaction)),
        created_at: at.toISOString(),
        updated_at: at.toISOString(),
      };
      await insertSystemItem(transaction, {
        id,
        spaceId: caller.spaceId,
        type: 'system.webhook',
        properties: propertiesOf(row),
        source: caller.source,
        at,
      });
      await transaction.insertInto('webhooks').values(row).execute();
      await record(transaction, caller, 'webhook.create', row);
      return { webhook: toWebhook(row), secret: Secret.of(secret) };
    },

    async list(caller, query) {
      let select = ofSpace(database.read, caller.spaceId)
        .orderBy('id', 'desc')
        .limit(query.limit + 1);
      if (query.cursor) select = select.where('id', '<', decodeCursor(query.cursor).id);
      return toPage(await select.execute(), query.limit, byId, toWebhook);
    },

    async get(caller, id) {
      return toWebhook(await require(database.read, caller.spaceId, id));
    },

    async update(transaction, caller, id, input) {
      if (input.url !== undefined) refuseWebhookUrl(input.url, deps);
      const row = await lock(transaction, caller.spaceId, id);
      const next: WebhookRow = {
        ...row,
        url: input.url ?? row.url,
        events: input.events ? JSON.stringify(input.events) : row.events,
        type_filter: input.type_filter === undefined ? row.type_filter : input.type_filter,
        secret: input.secret === undefined ? row.secret : box.seal(WEBHOOK_SECRET_PURPOSE, id, input.secret),
        active: input.active === undefined ? row.active : Number(input.active),
      };
      const changed = (['url', 'events', 'type_filter', 'secret', 'active'] as const).filter(
        (name) => next[name] !== row[name],
      );
      if (changed.length === 0) return toWebhook(row);
      const at = now();
      next.updated_at = at.toISOString();
      if (next.active === 1 && row.active === 0) {
        // What happened meanwhile is not made up for.
        Object.assign(next, await sinceNow(transaction));
      }
      const { id: _id, space_id: _space, created_at: _created, ...columns } = next;
      await transaction.updateTable('webhooks').set(columns).where('id', '=', id).execute();
      if (changed.some((name) => name !== 'secret')) {
        await editSystemItem(transaction, caller.spaceId, id, { properties: propertiesOf(next), at });
      }
      await record(transaction, caller, 'webhook.update', next, changed);
      return toWebhook(next);
    },

    async remove(transaction, caller, id) {
      const row = await lock(transaction, caller.spaceId, id);
      await transaction.deleteFrom('webhooks').where('id', '=', id).execute();
      await editSystemItem(transaction, caller.spaceId, id, {
        properties: propertiesOf({ ...row, active: 0 }),
        at: now(),
      });
      await revokeSystemItem(transaction, caller.spaceId, id, now());
      await record(transaction, caller, 'webhook.delete', row);
    },

    async deliveries(caller, id, query) {
      const { active } = await require(database.read, caller.spaceId, id);
      let select = database.read
        .selectFrom('webhook_deliveries')
        .selectAll()
        .where('webhook_id', '=', id)
        .orderBy('id', 'desc')
        .limit(query.limit + 1);
      if (query.cursor) select = select.where('id', '<', decodeCursor(query.cursor).id);
      return toPage(await select.execute(), query.limit, byId, (row) => toDelivery(row, { isActive: active === 1 }));
    },

    async prune() {
      const before = new Date(now().getTime() - KEEP_DELIVERIES_DAYS * 86_400_000).toISOString();
      await database.write((transaction) =>
        transaction.deleteFrom('webhook_deliveries').where('created_at', '<', before).execute(),
      );
    },
  };
}

const byId = ({ id }: { id: string }) => ({ value: id, id });

function ofSpace(queryable: Queryable, spaceId: string) {
  return queryable.selectFrom('webhooks').selectAll().where('space_id', '=', spaceId);
}

function notFound(): MarfaError {
  return new MarfaError('webhook_not_found', 'There is no such webhook.');
}
