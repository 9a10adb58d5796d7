import { Redis } from 'ioredis';
import type { Logger } from './logger.ts';

/** A command that takes longer than this counts as failed: whoever asked has something else to fall back on. */
const COMMAND_WITHIN_MS = 1000;
const CONNECT_WITHIN_MS = 5000;
const LONGEST_PAUSE_MS = 5000;

/** A connection that is made again for as long as the server lives. */
export interface RedisConnection {
  /** Its commands fail at once while the connection is away. */
  readonly client: Redis;
  isReady(): boolean;
  close(): void;
}

/** Opens a connection without waiting for it; its coming and going is written to the log. */
export function openRedis(url: string, logger: Logger): RedisConnection {
  const client = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_WITHIN_MS,
    connectTimeout: CONNECT_WITHIN_MS,
    connectionName: 'marfa',
    retryStrategy: (attempt) => Math.min(attempt * 200, LONGEST_PAUSE_MS),
  });
  let told = false;
  client.on('error', (error: Error) => {
    if (told) return;
    told = true;
    logger.warn({ error }, 'Redis cannot be reached; this process limits requests by its own counts until it can');
  });
  client.on('ready', () => {
    if (told) logger.info('Redis is back');
    told = false;
  });
  return { client, isReady: () => client.status === 'ready', close: () => client.disconnect() };
}
