import type { ActingKey } from './acting-key.ts';
import type { AuthKeys } from './auth-keys.ts';
import type { Database } from './database/database.ts';
import type { Logger } from './logger.ts';
import type { Remembered } from './remembered.ts';
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
  /**
   * Keys by the hash of their token, and beside them what else a bearer may be. Whoever changes a credential or the revision
   * of a space makes it forget.
   */
  actingKeys: Remembered<ActingKey>;
  /** Signs sessions and forms, and seals what has to be read again. */
  authKeys: AuthKeys;
}
