import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MarfaError } from '@withmarfa/shared';
import type { Environment } from '../env.ts';
import { resealSigningKeys } from '../modules/auth/index.ts';
import { type AuthKeys, readAuthKeys } from '../platform/auth-keys.ts';
import { openDatabase } from '../platform/database/open-database.ts';
import type { Logger } from '../platform/logger.ts';
import { resealPlace } from '../platform/reseal-place.ts';
import { createSecretBox } from '../platform/secret-box.ts';
import { SEALED_PLACES } from './sealed-places.ts';

/** What a rotation did, as lines for the operator. */
export interface RotationReport {
  lines: string[];
  /** Whether everything is sealed under the newest key, so that the others can be dropped. */
  complete: boolean;
}

/**
 * Seals everything that is kept encrypted under the newest key of `MARFA_AUTH_SECRET`. Servers that know the whole list
 * may run meanwhile; once the report is complete, older keys can be taken off the list.
 * @throws MarfaError `validation_error` without a list of keys, `storage_unavailable`.
 */
export async function rotateKeys(environment: Environment, logger: Logger): Promise<RotationReport> {
  const keys = keysOf(environment);
  const database = await openDatabase(environment.database, logger);
  try {
    const box = createSecretBox(keys);
    const reports = [];
    for (const place of SEALED_PLACES)
      reports.push({ name: `${place.table}.${place.column}`, ...(await resealPlace(database, box, place)) });
    reports.push({ name: 'auth_signing_keys', ...(await resealSigningKeys(database, keys)) });
    return {
      lines: reports.map(
        ({ name, resealed, unreadable }) =>
          `${name}: ${resealed} sealed anew${unreadable.length > 0 ? `, ${unreadable.length} that no key of the list opens: ${unreadable.slice(0, 10).join(', ')}` : ''}`,
      ),
      complete: reports.every(({ unreadable }) => unreadable.length === 0),
    };
  } finally {
    await database.close();
  }
}

function keysOf({ authSecret, dataFolder }: Environment): AuthKeys {
  if (authSecret !== undefined) return readAuthKeys(authSecret);
  // The running server holds the folder; its secret is only read.
  try {
    return readAuthKeys(readFileSync(join(dataFolder, 'auth-secret'), 'utf8').trim());
  } catch (cause) {
    throw new MarfaError(
      'validation_error',
      'There is no key to rotate to: set MARFA_AUTH_SECRET to a list of kid:secret, newest first, and MARFA_DATA_DIR or DATABASE_URL as for the server.',
      { cause },
    );
  }
}
