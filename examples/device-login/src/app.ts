import { createClient } from '@withmarfa/client';
import * as oidc from 'openid-client';

export interface LoginOptions {
  /** The Marfa server of the person at the terminal. */
  marfaUrl: URL;
  /** Tells the person where to go. `link` holds the code already, for a QR code or for opening a browser. */
  show: (place: { uri: string; code: string; link: string }) => void;
  /** Stops waiting. */
  signal?: AbortSignal;
}

/** Lets the person in through a browser, on this machine or any other (RFC 8628). */
export async function login({ marfaUrl, show, signal }: LoginOptions) {
  // A real program registers once, and keeps the client id that it gets.
  const config = await oidc.dynamicClientRegistration(
    marfaUrl,
    {
      client_name: 'Harbour terminal',
      grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
      token_endpoint_auth_method: 'none',
    },
    oidc.None(),
    // Plain http is for a server on your own machine.
    { execute: marfaUrl.protocol === 'http:' ? [oidc.allowInsecureRequests] : [] },
  );
  const device = await oidc.initiateDeviceAuthorization(config, { scope: 'openid core.note:write' });
  show({
    uri: device.verification_uri,
    code: device.user_code,
    link: device.verification_uri_complete ?? device.verification_uri,
  });
  // Waits as long as the server wants between two questions, until the person has decided or the code has ended.
  const tokens = await oidc.pollDeviceAuthorizationGrant(config, device, undefined, signal ? { signal } : {});

  return {
    /** What the person granted; may be less than was asked for. */
    scope: tokens.scope ?? '',
    /** Their space. */
    space: createClient({ baseUrl: marfaUrl.href, token: tokens.access_token }),
    /** Keep this, readable by the person alone, and renew with it: it works once, and brings the next. */
    refreshToken: tokens.refresh_token ?? '',
    logout: () => oidc.tokenRevocation(config, tokens.refresh_token ?? ''),
  };
}
