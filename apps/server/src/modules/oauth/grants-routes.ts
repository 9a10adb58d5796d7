import type { IncomingHttpHeaders } from 'node:http';
import { getGrant, listGrants, MarfaError, revokeGrant } from '@withmarfa/shared';
import { answer, type Mount, OK, type RequestContext, unauthorized } from '../../http/mount-endpoint.ts';
import type { Caller } from '../../platform/caller.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Accounts } from '../auth/index.ts';
import type { Grant, GrantsOf, GrantsService } from './grants-service.ts';
import type { IssuerOf } from './issuer.ts';

export interface GrantRoutesDeps {
  database: Database;
  accounts: Pick<Accounts, 'signedIn' | 'userOfCaller'>;
  grants: GrantsService;
  issuerOf: IssuerOf;
}

/** Who asks, and whose grants that lets them see. */
interface Asking {
  of: GrantsOf;
  keyId: string;
  clientIp: string | null;
}

/** Which apps have access: for the person in their browser, and for keys that run their space. */
export function mountGrantRoutes(mount: Mount, { database, accounts, grants, issuerOf }: GrantRoutesDeps): void {
  async function asking(caller: Caller | null, { headers, clientIp }: RequestContext): Promise<Asking> {
    if (caller !== null) {
      if (caller.role === 'member')
        throw new MarfaError('forbidden', 'This needs an admin or tenant_admin credential.');
      const person = await accounts.userOfCaller(caller);
      return { of: person ? { userId: person.id } : { spaceId: caller.spaceId }, keyId: caller.keyId, clientIp };
    }
    refuseOtherSites(headers, issuerOf(headers));
    const session = await accounts.signedIn(headers.cookie, clientIp);
    if (!session) throw unauthorized();
    return { of: { userId: session.user.id }, keyId: session.caller.keyId, clientIp };
  }

  mount.publicEndpoint(listGrants, async (_input, caller, context) => {
    const { of } = await asking(caller, context);
    return answer(200, { grants: (await grants.list(of)).map(toWire) });
  });

  mount.publicEndpoint(getGrant, async ({ params }, caller, context) => {
    const { of } = await asking(caller, context);
    return answer(200, toWire(await grants.get(of, params.id)));
  });

  mount.publicEndpoint(revokeGrant, async ({ params }, caller, context) => {
    const { of, keyId, clientIp } = await asking(caller, context);
    await database.write((transaction) => grants.revoke(transaction, { of, keyId, clientIp }, params.id));
    return OK;
  });
}

/** A browser's cookie goes along with what other sites make it send; nothing of theirs is done in its name. */
function refuseOtherSites({ origin, 'sec-fetch-site': site }: IncomingHttpHeaders, issuer: string): void {
  const isOther = (origin !== undefined && origin !== new URL(issuer).origin) || site === 'cross-site';
  if (isOther) throw new MarfaError('forbidden', 'This comes from another site.');
}

function toWire(grant: Grant) {
  return {
    id: grant.id,
    client_id: grant.clientId,
    client_name: grant.clientName,
    scopes: grant.scopes,
    granted_at: grant.grantedAt,
    last_used_at: grant.lastUsedAt,
    status: grant.status,
  };
}
