import { sql } from 'kysely';
import type { AuthKeys } from '../../platform/auth-keys.ts';
import type { Database } from '../../platform/database/database.ts';
import { openLibrarySecret, sealLibrarySecret } from './better-auth.ts';
import { librarySecrets } from './library-secrets.ts';

/** Seals the private keys of id tokens under the newest of the server's secrets. Servers may go on meanwhile. */
export async function resealSigningKeys(
  database: Database,
  keys: AuthKeys,
): Promise<{ resealed: number; unreadable: string[] }> {
  const report = { resealed: 0, unreadable: [] as string[] };
  const secrets = librarySecrets(keys);
  const newest = `$ba$${secrets.secrets[0]?.version}$`;
  const { rows } = await sql<{ id: string; sealed: string }>`
    select "id" as id, "privateKey" as sealed from "auth_signing_keys"`.execute(database.read);
  for (const { id, sealed } of rows) {
    const text = JSON.parse(sealed) as string;
    if (text.startsWith(newest)) continue;
    const plaintext = await openLibrarySecret(secrets, text);
    if (plaintext === null) {
      report.unreadable.push(id);
      continue;
    }
    const fresh = JSON.stringify(await sealLibrarySecret(secrets, plaintext));
    const { numAffectedRows = 0n } = await database.write((transaction) =>
      sql`update "auth_signing_keys" set "privateKey" = ${fresh} where "id" = ${id} and "privateKey" = ${sealed}`.execute(
        transaction,
      ),
    );
    report.resealed += Number(numAffectedRows);
  }
  return report;
}
