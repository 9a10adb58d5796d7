import { isHeld } from '@withmarfa/engine';
import type { RuntimeStatus } from '@withmarfa/shared';
import type { WebhookMethod } from '@withmarfa/webhooks';
import type { Queryable } from '../../platform/database/database.ts';
import { preparedQuery } from '../../platform/database/prepared-query.ts';

/** A secret that still counts, with the inbound webhook it belongs to. */
export interface TargetSecret {
  id: string;
  webhookId: string;
  sealed: string;
}

/** Where a delivery is headed. */
export interface InboundTarget {
  connectionId: string;
  spaceId: string;
  integrationName: string;
  label: string;
  isActive: boolean;
  isPaused: boolean;
  /** Whether what is accepted waits until somebody has changed the Connection; whoever does has it drained. */
  isHeld: boolean;
  method: WebhookMethod;
  /** Whether every inbound webhook at this address is disabled. */
  isDisabled: boolean;
  /** Of those that are not disabled, newest first. */
  secrets: TargetSecret[];
}

interface TargetRow {
  connection_id: string;
  space_id: string;
  integration_name: string;
  label: string;
  active: number;
  runtime_status: string;
  webhook_id: string;
  method: string;
  disabled: number;
  secret_id: string | null;
  secret: string | null;
  expires_at_ms: number | null;
}

/** Every delivery asks this. */
const byAddress = preparedQuery<{ address: string }, TargetRow>(['address'], (queryable, value) =>
  queryable
    .selectFrom('inbound_webhooks as webhook')
    .innerJoin('connections as connection', 'connection.id', 'webhook.connection_id')
    .leftJoin('inbound_webhook_secrets as secret', 'secret.inbound_webhook_id', 'webhook.id')
    .where((row) => row.or([row('webhook.id', '=', value.address), row('webhook.connection_id', '=', value.address)]))
    .select([
      'connection.id as connection_id',
      'connection.space_id',
      'connection.integration_name',
      'connection.label',
      'connection.active',
      'connection.runtime_status',
      'webhook.id as webhook_id',
      'webhook.method',
      'webhook.disabled',
      'secret.id as secret_id',
      'secret.secret',
      'secret.expires_at_ms',
    ])
    .orderBy('webhook.id', 'desc')
    .orderBy('secret.id', 'desc'),
);

/**
 * @param address id of a Connection, or of one of its inbound webhooks.
 * @returns null when nothing is there.
 */
export async function findInboundTarget(
  queryable: Queryable,
  address: string,
  nowMs: number,
): Promise<InboundTarget | null> {
  const { rows } = await byAddress(queryable, { address });
  const [first] = rows;
  if (!first) return null;
  const enabled = rows.filter((row) => row.disabled === 0);
  return {
    connectionId: first.connection_id,
    spaceId: first.space_id,
    integrationName: first.integration_name,
    label: first.label,
    isActive: first.active === 1,
    isPaused: first.runtime_status === 'paused',
    isHeld: isHeld('webhook', first.runtime_status as RuntimeStatus),
    method: first.method as WebhookMethod,
    isDisabled: enabled.length === 0,
    secrets: enabled.flatMap(({ secret_id, webhook_id, secret, expires_at_ms }) =>
      secret_id === null || secret === null || (expires_at_ms !== null && expires_at_ms <= nowMs)
        ? []
        : [{ id: secret_id, webhookId: webhook_id, sealed: secret }],
    ),
  };
}
