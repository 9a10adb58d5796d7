/** How a fake authorization server behaves; everything has a default. */
export interface AuthorizationServerOptions {
  /** Default `fake-client`. */
  clientId?: string;
  /** Default one with the canary prefix; null makes the client a public one, which sends no secret. */
  clientSecret?: string | null;
  /** Where `/authorize` may send people back to, compared letter by letter. Default anywhere. */
  redirectUris?: readonly string[];
  /** Life of an access token, told as `expires_in`; default 3600. */
  accessTtlSeconds?: number;
  /** Each refresh gives another refresh token and spends the one it was made with. Default true. */
  rotation?: boolean;
  /** A spent refresh token that comes again ends every token of its authorization (RFC 9700, section 4.14). Default false. */
  strict?: boolean;
  /** `checked`: a challenge that was sent must be met. `required`: and there must be one. `ignored`: as old servers do. Default `checked`. */
  pkce?: 'checked' | 'required' | 'ignored';
  /** Begins every secret this server makes, so that a test can search for them where none may be. Default `canary_`. */
  canaryPrefix?: string;
  /** Milliseconds since the epoch; default the real time. */
  now?: () => number;
  /** Makes what is unique about a secret; default random. */
  newId?: () => string;
}
