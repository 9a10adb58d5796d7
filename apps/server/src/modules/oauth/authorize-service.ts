import { MarfaError } from '@withmarfa/shared';
import { isUniqueViolation } from '../../platform/database/storage-fault.ts';
import type { SignedIn } from '../auth/index.ts';
import { type AuthorizeRequest, checkAuthorizeRequest, errorRedirect } from './check-authorize-request.ts';
import type { OAuthClient } from './clients-store.ts';
import type { Grant } from './grants-service.ts';
import { withRefresh } from './judge-scopes.ts';
import type { OAuthContext } from './oauth-context.ts';
import { createSignedRequests } from './signed-request.ts';

/** How long a person may read a consent page. */
const FORM_MINUTES = 30;
/** Carries when a fresh sign-in was asked for; signed, since an older moment would be met by an older session. */
const FRESH_SINCE = 'marfa_fresh_since';
/** What asks for another sign-in of somebody who is signed in (OpenID Connect Core 1.0 section 3.1.2.1). */
const FRESH_PROMPTS = ['login', 'select_account', 'create'];

/** The browser that a request came from, and who is signed in there. */
export interface Visitor {
  issuer: string;
  cookie: string;
  session: SignedIn | null;
}

/** What is put to a person: an app, what it wants, and what it has. */
export interface ConsentQuestion {
  client: OAuthClient;
  redirectUri: string;
  scopes: string[];
  /** What was granted before, if anything. */
  before: Grant | null;
  /** The server-signed copy of the request, for the form. */
  signed: string;
}

export type AuthorizeOutcome =
  | { kind: 'page'; message: string }
  | { kind: 'redirect'; to: URL }
  | { kind: 'sign-in' | 'sign-up'; returnTo: string }
  | { kind: 'consent'; question: ConsentQuestion };

export interface AuthorizeService {
  /** Takes in an authorization request. @param query as it was sent. */
  begin(query: string, visitor: Visitor): Promise<AuthorizeOutcome>;
  /**
   * Takes in what the person decided. Client, redirect and the most that can be granted are those of the signed request.
   * @param scopes those left ticked, or all that were asked for; what was not asked for is not listened to.
   * @throws MarfaError `forbidden` for a form that is forged, spent, out of date or somebody else's.
   */
  decide(
    decision: { signed: string; accept: boolean; scopes: readonly string[] | 'all' },
    visitor: Visitor & { session: SignedIn; clientIp: string | null },
  ): Promise<URL>;
  /** The address that a sign-in with this return address may end at, if it is a client's. */
  redirectAfterSignIn(returnTo: string, issuer: string): Promise<string | null>;
}

export function createAuthorizeService(context: OAuthContext, { signUp }: { signUp: boolean }): AuthorizeService {
  const { platform, library, grants } = context;
  const { database, now, newId, authKeys } = platform;
  const signed = createSignedRequests(authKeys);

  async function judge(query: string, issuer: string) {
    return checkAuthorizeRequest(query, { read: database.read, issuer });
  }

  /** Sends to sign in and back; where a session has to be fresh, with proof of the moment from which on it counts as that. */
  function sendToSignIn(query: string, { prompts, maxAgeSeconds }: AuthorizeRequest): AuthorizeOutcome {
    const kind = prompts.has('create') && signUp ? 'sign-up' : 'sign-in';
    if (maxAgeSeconds === null && !FRESH_PROMPTS.some((prompt) => prompts.has(prompt)))
      return { kind, returnTo: `/auth/authorize?${query}` };
    const parameters = new URLSearchParams(query);
    const since = String(now().getTime());
    parameters.set(FRESH_SINCE, `${since}.${signed.proofOf('fresh', `${since} ${parameters.get('client_id')}`)}`);
    return { kind, returnTo: `/auth/authorize?${parameters}` };
  }

  function isFreshEnough(query: string, request: AuthorizeRequest, session: SignedIn): boolean {
    const createdAtMs = session.signedInAt.getTime();
    const [since = '', proof = ''] = (new URLSearchParams(query).get(FRESH_SINCE) ?? '').split('.');
    if (signed.isProof('fresh', `${since} ${request.client.clientId}`, proof) && createdAtMs >= Number(since))
      return true;
    if (FRESH_PROMPTS.some((prompt) => request.prompts.has(prompt))) return false;
    return request.maxAgeSeconds === null || now().getTime() - createdAtMs <= request.maxAgeSeconds * 1000;
  }

  return {
    async begin(query, { issuer, cookie, session }) {
      const judgement = await judge(query, issuer);
      if (judgement.kind !== 'fine') return judgement;
      const { request } = judgement;
      const tell = (code: 'login_required' | 'consent_required', description: string): AuthorizeOutcome => ({
        kind: 'redirect',
        to: errorRedirect({ ...request, issuer }, code, description),
      });
      const isSilent = request.prompts.has('none');
      if (!session || !isFreshEnough(query, request, session)) {
        if (isSilent) return tell('login_required', 'nobody is signed in, or not recently enough');
        return sendToSignIn(query, request);
      }
      const { client, scopes } = request;
      const before = await grants.find(database.read, { userId: session.user.id, clientId: client.clientId });
      const isCovered = before !== null && scopes.every((scope) => before.scopes.includes(scope));
      if (isCovered && !request.prompts.has('consent') && isAssured(request)) {
        const to = await database.writeTogether(() => issueCode(request, { issuer, cookie, scopes }));
        return { kind: 'redirect', to };
      }
      if (isSilent) return tell('consent_required', 'the person has to be asked');
      const form = {
        id: newId(),
        sessionId: session.sessionId,
        expiresAtMs: now().getTime() + FORM_MINUTES * 60_000,
      };
      return {
        kind: 'consent',
        question: {
          client,
          redirectUri: request.redirectUri,
          scopes,
          before,
          signed: signed.sign(request.parameters, form),
        },
      };
    },

    async decide({ signed: text, accept, scopes }, { issuer, cookie, session, clientIp }) {
      const form = signed.open(text);
      if (!form || form.sessionId !== session.sessionId || form.expiresAtMs <= now().getTime()) throw formEnded();
      const judgement = await judge(new URLSearchParams(form.parameters).toString(), issuer);
      // What was fine when the page was made may not be any more: the client may be gone.
      if (judgement.kind === 'page') throw new MarfaError('forbidden', judgement.message);
      if (judgement.kind === 'redirect') return judgement.to;
      const { request } = judgement;
      const granted = scopes === 'all' ? request.scopes : request.scopes.filter((scope) => scopes.includes(scope));
      return database.writeTogether(async (transaction) => {
        try {
          await transaction
            .insertInto('spent_forms')
            .values({ id: form.id, expires_at_ms: form.expiresAtMs })
            .execute();
        } catch (error) {
          throw isUniqueViolation(error) ? formEnded() : error;
        }
        if (!accept || granted.length === 0) {
          return errorRedirect({ ...request, issuer }, 'access_denied', 'the person granted nothing');
        }
        await grants.record(
          transaction,
          {
            userId: session.user.id,
            spaceId: session.caller.spaceId,
            keyId: session.caller.keyId,
            clientIp,
          },
          { client: request.client, scopes: granted, source: 'code' },
        );
        return issueCode(request, { issuer, cookie, scopes: granted });
      });
    },

    async redirectAfterSignIn(returnTo, issuer) {
      const url = new URL(returnTo, issuer);
      if (url.pathname !== '/auth/authorize' && url.pathname !== '/auth/oauth2/authorize') return null;
      const judgement = await judge(url.search.slice(1), issuer);
      return judgement.kind === 'fine' ? judgement.request.redirectUri : null;
    },
  };

  /** Records consent with the library and has it make a code: the library's own page and signature, without the page. */
  async function issueCode(
    request: AuthorizeRequest,
    { issuer, cookie, scopes }: { issuer: string; cookie: string; scopes: readonly string[] },
  ): Promise<URL> {
    const asked = withRefresh(request.scopes, request.scopes);
    const scope = { issuer, client: request.client, scopes: asked };
    const query = new URLSearchParams({ ...request.parameters, scope: asked.join(' '), prompt: 'consent' });
    const consent = await library.authorize(scope, { query, cookie });
    if (consent.origin !== new URL(issuer).origin || !consent.searchParams.has('sig')) return consent;
    return library.consent(scope, {
      signedRequest: consent.search.slice(1),
      scopes: withRefresh(scopes, request.scopes),
      cookie,
    });
  }
}

/**
 * Whether a code goes to the app that was consented to and no other: it keeps a secret, or its address is https. Any program
 * on a machine can listen on loopback or claim a scheme, so there the person is asked each time (RFC 8252 section 8.6).
 */
function isAssured({ client, redirectUri }: AuthorizeRequest): boolean {
  return client.secret !== null || redirectUri.startsWith('https://');
}

function formEnded(): MarfaError {
  return new MarfaError(
    'forbidden',
    'This page is out of date: it has been used, or it was open for too long. Go back to the app and start again.',
  );
}
