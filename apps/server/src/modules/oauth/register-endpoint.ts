import type { ProtocolAnswer, ProtocolHandler } from '../../http/protocol-routes.ts';
import { readClientMetadata } from './client-metadata.ts';
import type { ClientsService } from './clients-service.ts';

/** `POST /auth/oauth2/register`: dynamic client registration, open to anyone (RFC 7591 section 3). */
export function createRegisterEndpoint(clients: ClientsService): ProtocolHandler {
  return async (request): Promise<ProtocolAnswer> => {
    const metadata = readClientMetadata(await request.json());
    const { client, secret } = await clients.register(metadata, request.clientIp);
    return {
      status: 201,
      body: {
        client_id: client.clientId,
        client_id_issued_at: Math.floor(client.createdAtMs / 1000),
        ...(secret === null ? {} : { client_secret: secret.reveal(), client_secret_expires_at: 0 }),
        redirect_uris: client.redirectUris,
        grant_types: client.grantTypes,
        response_types: ['code'],
        token_endpoint_auth_method: client.authMethod,
        ...(client.name === null ? {} : { client_name: client.name }),
        ...(client.uri === null ? {} : { client_uri: client.uri }),
        ...(client.scope === null ? {} : { scope: client.scope }),
      },
    };
  };
}
