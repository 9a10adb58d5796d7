import { TOKEN_PREFIXES } from '@withmarfa/shared';
import { isJudged } from './client-view.ts';

/** Lives of what the provider issues, in seconds. A code is redeemed at once, by a program. */
const LIVES = { code: 60, accessToken: 3600, idToken: 3600, refreshToken: 30 * 86_400 } as const;
/** A key signs for so long, and verifies for some time after: longer than anything it signed lives. */
const SIGNING_KEY = { signsForSeconds: 90 * 86_400, verifiesForSeconds: 7 * 86_400 } as const;

/** What the server gives the provider to issue with. */
export interface ProviderSettings {
  /** What is kept of a token or code. */
  hashToken: (token: string) => string;
  /** A fresh access or refresh token, with its prefix. */
  mintToken: (kind: 'accessToken' | 'refreshToken') => string;
  /** What the scopes of a token let out about its user. */
  claims: (userId: string, scopes: readonly string[]) => Promise<Record<string, unknown>>;
}

/** The provider's options. Without settings they are those that decide which tables there are. */
export function providerOptions(settings?: ProviderSettings) {
  return {
    loginPage: '/auth/sign-in',
    consentPage: '/auth/authorize',
    // Only those are lists; the others are judged by their grammar before the library is asked.
    scopes: ['openid', 'profile', 'email', 'offline_access'],
    schema: {
      oauthClient: { modelName: 'oauth_clients' },
      oauthResource: { modelName: 'oauth_resources' },
      oauthClientResource: { modelName: 'oauth_client_resources' },
      oauthRefreshToken: { modelName: 'oauth_refresh_tokens' },
      oauthAccessToken: { modelName: 'oauth_access_tokens' },
      oauthConsent: { modelName: 'oauth_consents' },
      oauthClientAssertion: { modelName: 'oauth_client_assertions' },
    },
    ...(settings ? issuing(settings) : {}),
  };
}

function issuing({ hashToken, mintToken, claims }: ProviderSettings) {
  const prefixes = TOKEN_PREFIXES;
  return {
    codeExpiresIn: LIVES.code,
    accessTokenExpiresIn: LIVES.accessToken,
    m2mAccessTokenExpiresIn: LIVES.accessToken,
    idTokenExpiresIn: LIVES.idToken,
    refreshTokenExpiresIn: LIVES.refreshToken,
    grantTypes: ['authorization_code', 'refresh_token', 'client_credentials'],
    prefix: { opaqueAccessToken: prefixes.accessToken, refreshToken: prefixes.refreshToken },
    generateOpaqueAccessToken: async () => mintToken('accessToken').slice(prefixes.accessToken.length),
    generateRefreshToken: async () => mintToken('refreshToken').slice(prefixes.refreshToken.length),
    // The library hands tokens over without their prefix; what is kept is the hash of the whole.
    storeTokens: {
      hash: async (token: string, type: string) =>
        hashToken(
          (type === 'access_token' ? prefixes.accessToken : type === 'refresh_token' ? prefixes.refreshToken : '') +
            token,
        ),
    },
    storeClientSecret: {
      hash: async (secret: string) => hashToken(secret),
      // Clients are authenticated before the library is asked, and it is never asked elsewhere.
      verify: async () => isJudged(),
    },
    customIdTokenClaims: ({ user, scopes }: { user: { id: string }; scopes: string[] }) => claims(user.id, scopes),
  };
}

/** How the keys of id tokens come and go. */
export const SIGNING_KEYS = {
  keyPairConfig: { alg: 'RS256' as const, modulusLength: 2048 },
  rotationInterval: SIGNING_KEY.signsForSeconds,
  gracePeriod: SIGNING_KEY.verifiesForSeconds,
};
