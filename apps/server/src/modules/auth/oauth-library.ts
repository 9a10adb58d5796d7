import type { ProtocolScope } from './client-view.ts';

/** @see RFC 8628 section 3.4 */
export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

/** One answer of a protocol endpoint of the library. */
export interface LibraryAnswer {
  status: number;
  body: Record<string, unknown>;
}

/** What is used of the OAuth provider. Whoever calls has judged the request: client, redirect, scopes, secret. */
export interface OAuthLibrary {
  /**
   * Issues a code to the person of the session when they have consented before, else asks for consent.
   * @returns where the browser goes: back to the client, or to the consent page with the library's signed request.
   */
  authorize(scope: ProtocolScope, request: { query: URLSearchParams; cookie: string }): Promise<URL>;
  /** Records consent to some of what the signed request asks for. @returns where the browser goes, with a code. */
  consent(
    scope: ProtocolScope,
    decision: { signedRequest: string; scopes: readonly string[]; cookie: string },
  ): Promise<URL>;
  /** The token endpoint. */
  token(scope: ProtocolScope, form: Record<string, string>): Promise<LibraryAnswer>;
  /** Tokens for a person who approved them on another device. */
  issue(
    scope: ProtocolScope,
    grant: { clientId: string; userId: string; scopes: readonly string[]; family: string; authTime: Date | null },
  ): Promise<LibraryAnswer>;
  /** The public halves of the keys that sign, and have signed not long ago. */
  publicKeys(): Promise<{ keys: Record<string, unknown>[] }>;
}
