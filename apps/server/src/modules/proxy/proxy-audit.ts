import type { Logger } from '../../platform/logger.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Actor, AuditService } from '../audit/index.ts';

/** Rows wait for so long at the most; a process that is killed loses those. */
const FLUSH_EVERY_MS = 1000;
const FLUSH_AT = 256;
/** While the record cannot be written, older rows go first: no call is held up for them. */
const MAX_WAITING = 10_000;
const MAX_PATH = 1024;
const STOP_TRIES = 3;

/** One call as it is told to the audit log: never a query, a header or a body. */
export interface ProxiedCallEntry {
  actor: Actor;
  connectionId: string;
  method: string;
  /** As the caller sent it, without the query. */
  path: string;
  /** What the caller was answered; null when it had gone before there was an answer. */
  status: number | null;
  durationMs: number;
}

export interface ProxyAudit {
  note(entry: ProxiedCallEntry): void;
  /** Writes what waits. */
  stop(): Promise<void>;
}

interface Waiting extends ProxiedCallEntry {
  at: Date;
}

/**
 * Writes audit rows of proxied calls, many in one commit and off the path of the calls: a row tells of something that
 * happened elsewhere, so no change of the record waits for it.
 */
export function createProxyAudit(
  { database, now }: Pick<Platform, 'database' | 'now'>,
  { audit, logger }: { audit: Pick<AuditService, 'recordAll'>; logger: Logger },
): ProxyAudit {
  let waiting: Waiting[] = [];
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> = Promise.resolve();

  async function write(rows: Waiting[]): Promise<void> {
    try {
      const entries = rows.map(({ actor, connectionId, method, path, status, durationMs, at }) => ({
        actor,
        event: {
          action: 'connection.proxy',
          resource_type: 'connection',
          resource_id: connectionId,
          details: { method, path: path.slice(0, MAX_PATH), status, duration_ms: durationMs },
          at,
        },
      }));
      await database.apart.write((transaction) => audit.recordAll(transaction, entries));
    } catch (error) {
      logger.warn({ error }, 'audit rows of proxied calls could not be written; they are tried again');
      waiting = [...rows, ...waiting].slice(-MAX_WAITING);
      timer ??= setTimeout(flush, FLUSH_EVERY_MS).unref();
    }
  }

  function flush(): void {
    if (timer) clearTimeout(timer);
    timer = null;
    const rows = waiting;
    waiting = [];
    if (rows.length > 0) writing = writing.then(() => write(rows));
  }

  return {
    note(entry) {
      if (waiting.length >= MAX_WAITING) waiting.shift();
      waiting.push({ ...entry, at: now() });
      if (waiting.length >= FLUSH_AT && timer !== null) flush();
      else timer ??= setTimeout(flush, FLUSH_EVERY_MS).unref();
    },
    async stop() {
      // Calls that were cut a moment ago are noted while the first rows are written.
      for (let tries = 0; tries === 0 || (waiting.length > 0 && tries < STOP_TRIES); tries += 1) {
        flush();
        await writing;
      }
      if (timer) clearTimeout(timer);
      if (waiting.length > 0)
        logger.error({ rows: waiting.length }, 'audit rows of proxied calls were lost at the end');
    },
  };
}
