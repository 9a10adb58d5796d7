import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { MarfaError } from '@withmarfa/shared';
import type { Caller } from '../platform/caller.ts';
import type { Database } from '../platform/database/database.ts';
import type { SecretBox } from '../platform/secret-box.ts';
import { readyJson, toJsonText } from './mount-endpoint.ts';
import { invalid } from './read-input.ts';

const KEPT_MS = 24 * 3_600_000;
const KEY = /^[\x20-\x7e]{1,255}$/;
export const IDEMPOTENCY_PURPOSE = 'idempotency';

/** A success as it goes on the wire. */
export interface Success {
  status: number;
  body: unknown;
}

/** What makes a request the same request as another. */
export interface RepeatableRequest {
  key: string;
  caller: Caller;
  method: string;
  /** Path and query as they were sent. */
  url: string;
  bodyText: string;
}

export interface Idempotency {
  /**
   * Does what a request asks for once. The first success is kept in the transaction that makes its change; for 24 hours
   * the same request of the same credential is answered with it. A refusal is not kept: it left nothing behind.
   * @param work may be run again after a conflict, and shares one transaction in all its reads and writes.
   * @throws MarfaError `conflict` when the key was used with another query or body; what `work` throws.
   */
  once(request: RepeatableRequest, work: () => Promise<Success>): Promise<Success & { replayed: boolean }>;
  /** Forgets what is too old to be given again. */
  prune(): Promise<void>;
}

/**
 * @returns the `Idempotency-Key` of a request, or null.
 * @throws MarfaError `validation_error` when it is not 1 to 255 printable ASCII characters.
 */
export function idempotencyKeyOf({ headers }: IncomingMessage): string | null {
  const key = headers['idempotency-key'];
  if (key === undefined) return null;
  if (typeof key === 'string' && KEY.test(key)) return key;
  throw invalid([{ path: 'header Idempotency-Key', message: 'expected 1 to 255 printable ASCII characters' }]);
}

export function createIdempotency(deps: { database: Database; secretBox: SecretBox; now(): Date }): Idempotency {
  const { database, secretBox } = deps;
  const oldestMs = () => deps.now().getTime() - KEPT_MS;

  function openAnswer(id: string, sealed: string): string {
    try {
      return secretBox.open(IDEMPOTENCY_PURPOSE, id, sealed);
    } catch (cause) {
      throw new MarfaError('conflict', 'This request was done; its answer can no longer be read.', { cause });
    }
  }

  return {
    once({ key, caller, method, url, bodyText }, work) {
      const [path = '', search = ''] = url.split('?', 2);
      const id = digest(caller.connectionId ?? caller.keyId, method, path, key);
      const request_hash = digest(search, bodyText);
      return database.writeTogether(async (transaction) => {
        const claim = { request_hash, status: 0, answer: '', created_at_ms: deps.now().getTime() };
        // Whoever comes second waits here, on Postgres, until the first has ended.
        const claimed = await transaction
          .insertInto('idempotency_keys')
          .values({ id, space_id: caller.spaceId, ...claim })
          .onConflict((conflict) =>
            conflict.column('id').doUpdateSet(claim).where('idempotency_keys.created_at_ms', '<=', oldestMs()),
          )
          .returning('id')
          .executeTakeFirst();
        if (claimed) {
          const { status, body } = await work();
          const text = toJsonText(body);
          // The answer may show a secret that is shown once.
          const answer = secretBox.seal(IDEMPOTENCY_PURPOSE, id, text);
          await transaction.updateTable('idempotency_keys').set({ status, answer }).where('id', '=', id).execute();
          return { status, body: readyJson(text), replayed: false };
        }
        const row = await transaction
          .selectFrom('idempotency_keys')
          .selectAll()
          .where('id', '=', id)
          .where('space_id', '=', caller.spaceId)
          .executeTakeFirstOrThrow();
        if (row.request_hash !== request_hash)
          throw new MarfaError('conflict', 'This Idempotency-Key was used for another request; take a fresh one.');
        return { status: row.status, body: readyJson(openAnswer(id, row.answer)), replayed: true };
      });
    },

    async prune() {
      await database.write((transaction) =>
        transaction.deleteFrom('idempotency_keys').where('created_at_ms', '<=', oldestMs()).execute(),
      );
    },
  };
}

/** Parts cannot run into each other: each is preceded by its length. */
function digest(...parts: string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest('base64url');
}
