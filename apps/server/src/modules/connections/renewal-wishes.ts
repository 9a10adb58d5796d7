import { aRenewalMessage } from '@withmarfa/engine';
import { afterCommit } from '../../platform/database/after-commit.ts';
import type { Transaction } from '../../platform/database/database.ts';
import { appendMessage } from '../../platform/mailbox/append-message.ts';
import type { Platform } from '../../platform/platform.ts';
import type { ConnectionRow } from './connection-row.ts';
import { isTriggerGranted } from './install/consent.ts';

/** The public address of the server when everything was registered under it last. */
const ADDRESS_SETTING = 'renewals_public_url';
/** Connections that are read at a time. */
const BATCH = 500;

type Renewing = Pick<
  ConnectionRow,
  'id' | 'space_id' | 'integration_name' | 'integration_version' | 'active' | 'consent'
>;

export interface RenewalWishes {
  /**
   * Has what a Connection registered at its upstream renewed as soon as it can work, because something that it was made from
   * has changed. Nothing happens where its connector registers nothing.
   */
  want(transaction: Transaction, row: Renewing): Promise<void>;
  /**
   * Makes up for what happened while no server ran, or one without the connector: Connections that never registered
   * anything, and all of them when the address of the server is another one.
   */
  catchUp(publicUrl: string): Promise<void>;
}

export interface RenewalWishesDeps {
  platform: Platform;
  /** Whether a version of an integration has a renew hook; null when it is not known here. */
  renews(name: string, version: string): boolean | null;
  /** Tells that a Connection has mail. */
  ring(connectionId: string): void;
}

export function createRenewalWishes({ platform, renews, ring }: RenewalWishesDeps): RenewalWishes {
  const { database, newId, now } = platform;

  async function want(transaction: Transaction, row: Renewing): Promise<void> {
    if (row.active === 0 || !isTriggerGranted(row, 'webhook')) return;
    const isKnown = renews(row.integration_name, row.integration_version);
    if (isKnown === false) {
      await forget(transaction, row.id);
      return;
    }
    if (isKnown === null && !(await hasRegistered(transaction, row.id))) return;
    const owner = { connectionId: row.id, spaceId: row.space_id, integrationName: row.integration_name };
    await appendMessage(transaction, aRenewalMessage(owner, { id: newId(), nowMs: now().getTime() }));
    afterCommit(transaction, () => ring(row.id));
  }

  async function hasRegistered(transaction: Transaction, id: string): Promise<boolean> {
    const row = await transaction
      .selectFrom('connection_renewals')
      .select('connection_id')
      .where('connection_id', '=', id)
      .executeTakeFirst();
    return row !== undefined;
  }

  /** A version without the hook renews nothing; what an earlier one has registered runs out. */
  async function forget(transaction: Transaction, id: string): Promise<void> {
    await transaction
      .updateTable('connection_renewals')
      .set({ due_at_ms: null })
      .where('connection_id', '=', id)
      .execute();
  }

  async function addressHasChanged(publicUrl: string): Promise<boolean> {
    const row = await database.read
      .selectFrom('settings')
      .select('value')
      .where('key', '=', ADDRESS_SETTING)
      .executeTakeFirst();
    return row?.value !== publicUrl;
  }

  return {
    want,

    async catchUp(publicUrl) {
      const all = await addressHasChanged(publicUrl);
      for (let after = ''; ; ) {
        const rows = await database.read
          .selectFrom('connections')
          .leftJoin('connection_renewals as renewal', 'renewal.connection_id', 'connections.id')
          .select(['id', 'connections.space_id', 'integration_name', 'integration_version', 'active', 'consent'])
          .where('active', '=', 1)
          .where('id', '>', after)
          .$if(!all, (select) => select.where('renewal.connection_id', 'is', null))
          .orderBy('id')
          .limit(BATCH)
          .execute();
        for (const row of rows)
          if (renews(row.integration_name, row.integration_version))
            await database.write((transaction) => want(transaction, row));
        const last = rows.at(-1);
        if (last === undefined || rows.length < BATCH) break;
        after = last.id;
      }
      const value = publicUrl;
      await database.write((transaction) =>
        transaction
          .insertInto('settings')
          .values({ key: ADDRESS_SETTING, value })
          .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
          .execute(),
      );
    },
  };
}
