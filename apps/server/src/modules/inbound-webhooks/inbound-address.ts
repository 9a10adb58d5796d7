import type { InboundAddress } from '@withmarfa/shared';
import type { Database } from '../../platform/database/database.ts';
import type { SecretBox } from '../../platform/secret-box.ts';
import { findInboundTarget } from './inbound-target.ts';
import { receiptUrl } from './inbound-webhook-shape.ts';
import { INBOUND_SECRET_PURPOSE } from './inbound-webhooks-service.ts';

/** Finds what an upstream is to be told of. */
export type InboundAddressOf = (connectionId: string) => Promise<InboundAddress | null>;

export interface InboundAddressDeps {
  database: Database;
  box: SecretBox;
  now: () => Date;
  publicUrl: () => string;
}

/** @returns where the newest inbound webhook of a Connection receives, with its newest secret; null while none does. */
export function createInboundAddress({ database, box, now, publicUrl }: InboundAddressDeps): InboundAddressOf {
  return async (connectionId) => {
    const target = await findInboundTarget(database.read, connectionId, now().getTime());
    const [newest] = target?.secrets ?? [];
    if (newest === undefined) return null;
    return {
      receipt_url: receiptUrl(publicUrl(), newest.webhookId),
      secret: box.open(INBOUND_SECRET_PURPOSE, newest.id, newest.sealed),
    };
  };
}
