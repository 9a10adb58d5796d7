import * as oidc from 'openid-client';

/** A device that waits to be let in. */
export interface DeviceSignIn {
  userCode: string;
  /** The address that a device shows as a QR code. */
  link: string;
  /** Asks once, and at once: a person has decided. */
  fetchTokens(): Promise<oidc.TokenEndpointResponse>;
}

export async function startDeviceSignIn(marfaUrl: string, scope: string): Promise<DeviceSignIn> {
  const config = await oidc.dynamicClientRegistration(
    new URL(marfaUrl),
    {
      client_name: 'Living-room screen',
      grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
      token_endpoint_auth_method: 'none',
    },
    oidc.None(),
    { execute: [oidc.allowInsecureRequests] },
  );
  const start = await oidc.initiateDeviceAuthorization(config, { scope });
  return {
    userCode: start.user_code,
    link: start.verification_uri_complete ?? '',
    fetchTokens: () => oidc.pollDeviceAuthorizationGrant(config, { ...start, interval: 0 }),
  };
}
