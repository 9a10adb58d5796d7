import { ProtocolError } from '../../http/protocol-error.ts';
import { isReadable, type Parameters } from '../../http/protocol-parameters.ts';
import type { ProtocolRequest } from '../../http/protocol-routes.ts';
import type { TokenHash } from '../../platform/token-hash.ts';
import { fitsSecret } from './client-secret.ts';
import type { ClientsService } from './clients-service.ts';
import type { OAuthClient } from './clients-store.ts';

export interface ClientAuthentication {
  clients: Pick<ClientsService, 'find'>;
  hash: TokenHash;
  nowMs: number;
}

/**
 * Finds out which client calls: by its secret in a Basic header or in the form, or, of public clients, by its id alone
 * (RFC 6749 section 2.3). Which of the two ways a client registered for says nothing about who it is; both are taken.
 * @throws ProtocolError `invalid_client` with 401, `invalid_request` when it uses two ways at once.
 */
export async function authenticateClient(
  { headers }: Pick<ProtocolRequest, 'headers'>,
  form: Parameters,
  { clients, hash, nowMs }: ClientAuthentication,
): Promise<OAuthClient> {
  const basic = readBasic(headers.authorization);
  if (basic && form.client_secret !== undefined) {
    throw new ProtocolError(
      'invalid_request',
      'client_secret is sent twice: in the Authorization header and in the form',
    );
  }
  if (basic && form.client_id !== undefined && form.client_id !== basic.id) {
    throw new ProtocolError('invalid_request', 'client_id is not the one of the Authorization header');
  }
  if (form.client_assertion !== undefined || form.client_assertion_type !== undefined) {
    throw refused('client assertions are not among the ways of authenticating here', basic !== null);
  }
  const id = basic?.id ?? form.client_id;
  const secret = basic?.secret ?? form.client_secret;
  if (id === undefined) throw refused('client_id is missing', basic !== null);
  const client = await clients.find(id);
  // The same work and the same words for an unknown client as for a wrong secret.
  const fits = fitsSecret(secret ?? '', client?.secret ?? '', { hash, nowMs });
  if (client?.secret === null && (secret === undefined || secret === '')) return client;
  if (!client || !fits) throw refused('unknown client, or its secret is wrong or missing', basic !== null);
  return client;
}

function refused(description: string, byHeader: boolean): ProtocolError {
  return new ProtocolError('invalid_client', description, {
    status: 401,
    headers: byHeader ? { 'WWW-Authenticate': 'Basic realm="marfa", charset="UTF-8"' } : {},
  });
}

function readBasic(authorization: string | undefined): { id: string; secret: string } | null {
  if (authorization === undefined) return null;
  const encoded = /^Basic +([A-Za-z0-9+/=_-]+) *$/i.exec(authorization)?.[1];
  if (encoded === undefined) throw refused('the Authorization header is not of the scheme Basic', true);
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) throw refused('the Authorization header holds no client_id:client_secret', true);
  const id = formDecode(text.slice(0, colon));
  const secret = formDecode(text.slice(colon + 1));
  if (id === null || secret === null) throw refused('the Authorization header is not form-encoded text', true);
  return { id, secret };
}

/** Both halves are form-encoded before they are joined (RFC 6749 section 2.3.1). @returns null for what no form holds. */
function formDecode(encoded: string): string | null {
  try {
    const text = decodeURIComponent(encoded.replaceAll('+', '%20'));
    return isReadable(text) ? text : null;
  } catch {
    return null;
  }
}
