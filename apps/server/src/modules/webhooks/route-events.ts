import type { Insertable } from 'kysely';
import type { Queryable, Transaction } from '../../platform/database/database.ts';
import { lockRows } from '../../platform/database/row-lock.ts';
import type { EventRow } from '../../platform/database/settled-events.ts';
import type { Tables } from '../../platform/database/tables.ts';
import { createLogFollower, type FollowLog } from '../../platform/event-log/create-log-follower.ts';
import { fitsFilter } from '../../platform/event-log/event-filter.ts';
import { type EventPosition, isBefore } from '../../platform/event-log/event-position.ts';
import { type EventPresent, isPast } from '../../platform/event-log/event-present.ts';
import type { EventLog } from '../../platform/event-log/open-event-log.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Catalogue, TypesService } from '../types/index.ts';
import { deliveryBody } from './delivery-body.ts';
import { eventsOf, type WebhookRow } from './webhook-shape.ts';

const INSERT_AT_ONCE = 200;

type NewDelivery = Insertable<Tables['webhook_deliveries']>;

export interface RouteEventsDeps {
  platform: Pick<Platform, 'database' | 'now' | 'newId'>;
  log: EventLog;
  types: TypesService;
}

/** Goes along the event log and makes a delivery of every event for every webhook that asks for it. */
export function createRouteEvents({ platform, log, types }: RouteEventsDeps): FollowLog {
  const { database, now, newId } = platform;

  /** Before the first webhook that is active, nothing is of interest to any. */
  async function beginning(queryable: Queryable): Promise<EventPosition | null> {
    const first = await queryable
      .selectFrom('webhooks')
      .select(['since_tx', 'since_seq'])
      .where('active', '=', 1)
      .orderBy('since_tx')
      .orderBy('since_seq')
      .limit(1)
      .executeTakeFirst();
    return first ? { tx: first.since_tx, seq: first.since_seq } : null;
  }

  async function deliveriesOf(transaction: Transaction, events: readonly EventRow[]): Promise<NewDelivery[]> {
    const spaceIds = [...new Set(events.map((event) => event.space_id))];
    // Read after the events: a webhook that was there before an event is seen with it.
    const select = transaction
      .selectFrom('webhooks')
      .selectAll()
      .where('active', '=', 1)
      .where('space_id', 'in', spaceIds)
      .orderBy('id');
    const webhooks = await lockRows(select, database.dialect).execute();
    const catalogues = new Map<string, Catalogue>();
    for (const { space_id } of webhooks) {
      if (!catalogues.has(space_id)) catalogues.set(space_id, await types.ofSpace(space_id, transaction));
    }
    const at = now();
    return events.flatMap((event) =>
      webhooks
        .filter((webhook) => isFor(webhook, event, catalogues))
        .map((webhook) => ({
          id: newId(),
          space_id: event.space_id,
          webhook_id: webhook.id,
          event_id: event.id,
          event: event.event,
          body: deliveryBody(event),
          status: 'pending',
          attempts: 0,
          due_at_ms: at.getTime(),
          created_at: at.toISOString(),
        })),
    );
  }

  async function take(transaction: Transaction, events: readonly EventRow[]): Promise<void> {
    const deliveries = await deliveriesOf(transaction, events);
    for (let from = 0; from < deliveries.length; from += INSERT_AT_ONCE) {
      await transaction
        .insertInto('webhook_deliveries')
        .values(deliveries.slice(from, from + INSERT_AT_ONCE))
        .onConflict((conflict) => conflict.columns(['webhook_id', 'event_id']).doNothing())
        .execute();
    }
  }

  return createLogFollower({ database, log, follower: 'webhooks', beginning, take });
}

function isFor(webhook: WebhookRow, event: EventRow, catalogues: ReadonlyMap<string, Catalogue>): boolean {
  const catalogue = catalogues.get(webhook.space_id);
  if (webhook.space_id !== event.space_id || !catalogue) return false;
  if (!isBefore({ tx: webhook.since_tx, seq: webhook.since_seq }, event)) return false;
  const { since_present } = webhook;
  if (since_present !== null && isPast(JSON.parse(since_present) as EventPresent, event)) return false;
  const types = webhook.type_filter === null ? undefined : [webhook.type_filter];
  return fitsFilter({ events: eventsOf(webhook), types }, event, catalogue.isA);
}
