import { AsyncLocalStorage } from 'node:async_hooks';

/** What the library is told about the client while it works on one request that we have judged before. */
export interface ProtocolScope {
  /** Who issues, as the requester knows this server. */
  issuer: string;
  client: JudgedClient;
  /** The scopes that were judged; null where the library takes them from a code or token that it made itself. */
  scopes: readonly string[] | null;
}

/** A client as we know it, authenticated where it has to be. */
export interface JudgedClient {
  clientId: string;
  redirectUris: string[];
  grantTypes: string[];
  /** What is kept of its secret; null for public clients. */
  secret: string | null;
}

/** The part of the library's database adapter that is looked at here. */
interface LibraryAdapter {
  // biome-ignore lint/suspicious/noExplicitAny: the library's own signature, handed through as it is.
  findOne(query: any): Promise<any>;
  // biome-ignore lint/suspicious/noExplicitAny: the library's own signature, handed through as it is.
  create(query: any): Promise<any>;
}

/** The library says now one, now the other. */
const CLIENT_MODELS: readonly unknown[] = ['oauthClient', 'oauth_clients'];

const scopes = new AsyncLocalStorage<ProtocolScope>();

/** Runs work of the library in what is known of its request. */
export function inProtocolScope<Result>(scope: ProtocolScope, work: () => Promise<Result>): Promise<Result> {
  return scopes.run(scope, work);
}

/** @returns whether the library works on a request that we have judged. */
export function isJudged(): boolean {
  return scopes.getStore() !== undefined;
}

/** @returns the issuer of the request under way, or `fallback` outside of one. */
export function currentIssuer(fallback: string): string {
  return scopes.getStore()?.issuer ?? fallback;
}

/**
 * The library knows lists of scopes; ours are a grammar, and were judged before it is asked. So it sees each client as
 * one that may use the scopes of this very request, and is not sent to look for what was found already. It also sees one
 * way of authenticating, the one it is called with: which of the two ways of sending a secret a client uses says nothing
 * about who it is.
 *
 * Tokens are cut loose from the browser session: an app that a person let in stays in when that session ends, and ends by
 * the grant alone.
 */
export function viewClients<Adapter extends LibraryAdapter>(adapter: Adapter): Adapter {
  return {
    ...adapter,
    findOne: async (query) => {
      const scope = scopes.getStore();
      const isTheClient =
        scope !== undefined &&
        CLIENT_MODELS.includes(query.model) &&
        query.where?.length === 1 &&
        query.where[0].value === scope.client.clientId;
      return isTheClient ? viewOf(scope) : adapter.findOne(query);
    },
    create: (query) =>
      adapter.create(
        query.model === 'oauthAccessToken' || query.model === 'oauthRefreshToken'
          ? { ...query, data: { ...query.data, sessionId: undefined } }
          : query,
      ),
  };
}

/** The columns of a client that the library decides by. */
function viewOf({ client, scopes: judged }: ProtocolScope) {
  return {
    clientId: client.clientId,
    clientSecret: client.secret,
    redirectUris: client.redirectUris,
    grantTypes: client.grantTypes,
    responseTypes: ['code'],
    tokenEndpointAuthMethod: client.secret === null ? 'none' : 'client_secret_post',
    requirePKCE: true,
    disabled: false,
    scopes: judged,
    clientCredentialsScopes: judged,
  };
}
