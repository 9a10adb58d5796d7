import {
  createApiTokenCredential,
  createOAuthProviderCredential,
  deleteCredential,
  updateCredential,
} from '@withmarfa/shared';
import { answer, type Mount, OK } from '../../http/mount-endpoint.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';
import type { CredentialsService } from './credentials-service.ts';
import type { UpstreamCredential } from './upstream-credential.ts';

export interface CredentialRoutesDeps {
  database: Database;
  credentials: CredentialsService;
  /** Called in the transaction in which what authenticates was replaced. */
  onRenewed: (transaction: Transaction, credential: UpstreamCredential) => Promise<void>;
}

export function mountCredentialRoutes(mount: Mount, { database, credentials, onRenewed }: CredentialRoutesDeps): void {
  mount.endpoint(createOAuthProviderCredential, async ({ body }, caller) => {
    const credential_id = await database.write((transaction) =>
      credentials.createOAuthProvider(transaction, caller, body),
    );
    return answer(201, { credential_id });
  });

  mount.endpoint(createApiTokenCredential, async ({ body }, caller) => {
    const credential_id = await database.write((transaction) => credentials.createApiToken(transaction, caller, body));
    return answer(201, { credential_id });
  });

  mount.endpoint(updateCredential, async ({ params, body }, caller) => {
    await database.write(async (transaction) => {
      const { credential, renewed } = await credentials.update(transaction, caller, { id: params.id, input: body });
      if (renewed) await onRenewed(transaction, credential);
    });
    return answer(200, { credential_id: params.id });
  });

  mount.endpoint(deleteCredential, async ({ params }, caller) => {
    await database.write((transaction) => credentials.remove(transaction, caller, params.id));
    return OK;
  });
}
