import type { Database } from './database/database.ts';
import type { Logger } from './logger.ts';
import type { Secret } from './secret.ts';

/** What every module stands on. Time, ids and randomness come from here and from nowhere else. */
export interface Platform {
  database: Database;
  logger: Logger;
  now(): Date;
  newId(): string;
  randomBytes(length: number): Uint8Array;
  /** Keyed hashing of API keys and tokens. */
  apiKeySalt: Secret;
  /** Signs sessions and forms. */
  authSecret: Secret;
}
