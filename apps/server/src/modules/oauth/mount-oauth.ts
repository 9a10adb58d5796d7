import type { MountProtocol, ProtocolAnswer, ProtocolHandler } from '../../http/protocol-routes.ts';
import type { AuthorizeService } from './authorize-service.ts';
import type { ClientsService } from './clients-service.ts';
import { type ConsentEndpointDeps, createConsentEndpoint } from './consent-endpoint.ts';
import type { DeviceService } from './device-service.ts';
import { authorizationServerMetadata, protectedResourceMetadata } from './discovery.ts';
import { createIntrospectEndpoint } from './introspect-endpoint.ts';
import { redeemDeviceCode } from './redeem-device-code.ts';
import { createRegisterEndpoint } from './register-endpoint.ts';
import { createRevokeEndpoint } from './revoke-endpoint.ts';
import { createTokenEndpoint } from './token-endpoint.ts';
import { toTokenRequest } from './token-request.ts';
import { createUserinfoEndpoint, type UserinfoDeps } from './userinfo-endpoint.ts';

/** Discovery documents and keys change with a release or a rotation, never within minutes. */
const DOCUMENT = { 'Cache-Control': 'public, max-age=300' };

export interface OAuthEndpoints {
  context: UserinfoDeps;
  clients: ClientsService;
  device: DeviceService;
  authorize: AuthorizeService;
  /** Whether people may make accounts here. */
  signUp: boolean;
}

/** Mounts what apps call; what people see are pages. Both spellings where there are two. */
export function mountOAuth(
  mount: MountProtocol,
  { context, clients, device, authorize, signUp }: OAuthEndpoints,
  accounts: ConsentEndpointDeps['accounts'],
): void {
  const both = (method: 'GET' | 'POST', paths: readonly string[], handler: ProtocolHandler) => {
    for (const path of paths) mount(method, path, handler);
  };
  const document = (make: (issuer: string) => unknown): ProtocolHandler => {
    return async ({ headers }): Promise<ProtocolAnswer> => ({
      status: 200,
      body: make(context.issuerOf(headers)),
      headers: DOCUMENT,
    });
  };

  both('POST', ['/auth/oauth2/token', '/auth/token'], createTokenEndpoint(context));
  const userinfo = createUserinfoEndpoint(context);
  both('GET', ['/auth/oauth2/userinfo', '/auth/userinfo'], userinfo);
  both('POST', ['/auth/oauth2/userinfo', '/auth/userinfo'], userinfo);
  mount('POST', '/auth/oauth2/revoke', createRevokeEndpoint(context));
  mount('POST', '/auth/oauth2/introspect', createIntrospectEndpoint(context));
  mount('POST', '/auth/oauth2/register', createRegisterEndpoint(clients));
  const consent = createConsentEndpoint({ authorize, accounts, issuerOf: context.issuerOf });
  mount('POST', '/auth/oauth2/consent', consent, { forOtherSites: false });
  mount('POST', '/auth/device', device.start);
  mount('POST', '/auth/device/token', async (request) => {
    const form = await request.form();
    return redeemDeviceCode(context, await toTokenRequest(context, request, form));
  });
  both('GET', ['/auth/jwks', '/.well-known/jwks.json'], async () => ({
    status: 200,
    body: await context.library.publicKeys(),
    headers: DOCUMENT,
  }));
  both(
    'GET',
    ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'],
    document((issuer) => authorizationServerMetadata(issuer, signUp)),
  );
  mount('GET', '/.well-known/oauth-protected-resource', document(protectedResourceMetadata));
}
