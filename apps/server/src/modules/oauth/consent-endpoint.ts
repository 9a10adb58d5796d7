import { MarfaError } from '@withmarfa/shared';
import { z } from 'zod';
import { ProtocolError } from '../../http/protocol-error.ts';
import type { ProtocolHandler } from '../../http/protocol-routes.ts';
import type { Accounts } from '../auth/index.ts';
import type { AuthorizeService } from './authorize-service.ts';
import { scopesOf } from './client-metadata.ts';
import type { IssuerOf } from './issuer.ts';

const DecisionSchema = z.strictObject({
  accept: z.boolean('must be true or false'),
  oauth_query: z.string('must be the signed request of a consent page'),
  scope: z.string('must be a space-separated list').optional(),
});

export interface ConsentEndpointDeps {
  authorize: AuthorizeService;
  accounts: Pick<Accounts, 'signedIn'>;
  issuerOf: IssuerOf;
}

/**
 * `POST /auth/oauth2/consent`: what the consent form does, for a page with script on this very server. The signed request
 * of the form is bound to the browser's session and good once; without `scope` everything that was asked for is granted.
 */
export function createConsentEndpoint({ authorize, accounts, issuerOf }: ConsentEndpointDeps): ProtocolHandler {
  return async (request) => {
    const { headers, clientIp } = request;
    const issuer = issuerOf(headers);
    if (headers.origin !== new URL(issuer).origin)
      throw new MarfaError('forbidden', 'This has to come from a page of this server: its Origin says otherwise.');
    const decision = DecisionSchema.safeParse(await request.json());
    if (!decision.success) {
      const faults = decision.error.issues.map(({ path, message }) => `${path.join('.') || 'the body'}: ${message}`);
      throw new ProtocolError('invalid_request', faults.join('; '));
    }
    const session = await accounts.signedIn(headers.cookie, clientIp);
    if (!session) throw new MarfaError('unauthorized', 'Nobody is signed in in this browser.');
    const { accept, oauth_query: signed, scope } = decision.data;
    const url = await authorize.decide(
      { signed, accept, scopes: scope === undefined ? 'all' : scopesOf(scope) },
      { issuer, cookie: headers.cookie ?? '', session, clientIp },
    );
    return { status: 200, body: { redirect: true, url: url.href } };
  };
}
