import { IDEMPOTENCY_PURPOSE } from '../http/idempotency.ts';
import { INBOUND_SECRET_PURPOSE } from '../modules/inbound-webhooks/index.ts';
import { accessPlace, refreshPlace } from '../modules/upstream-oauth/index.ts';
import { WEBHOOK_SECRET_PURPOSE } from '../modules/webhooks/index.ts';
import type { SealedPlace } from '../platform/reseal-place.ts';
import { UPSTREAM_PURPOSE } from '../platform/upstream-purpose.ts';

const byId = (id: string) => id;

/** Every place in which secrets are kept; a column that is missing here is lost when its key is dropped. */
export const SEALED_PLACES: readonly SealedPlace[] = [
  { table: 'upstream_credentials', idColumn: 'id', column: 'secret', purpose: UPSTREAM_PURPOSE, placeOf: byId },
  {
    table: 'upstream_tokens',
    idColumn: 'connection_id',
    column: 'access_token',
    purpose: UPSTREAM_PURPOSE,
    placeOf: accessPlace,
  },
  {
    table: 'upstream_tokens',
    idColumn: 'connection_id',
    column: 'refresh_token',
    purpose: UPSTREAM_PURPOSE,
    placeOf: refreshPlace,
  },
  {
    table: 'inbound_webhook_secrets',
    idColumn: 'id',
    column: 'secret',
    purpose: INBOUND_SECRET_PURPOSE,
    placeOf: byId,
  },
  { table: 'webhooks', idColumn: 'id', column: 'secret', purpose: WEBHOOK_SECRET_PURPOSE, placeOf: byId },
  { table: 'idempotency_keys', idColumn: 'id', column: 'answer', purpose: IDEMPOTENCY_PURPOSE, placeOf: byId },
];
