import type { IncomingMessage } from 'node:http';
import { type Answer, json } from './token-fault.ts';

/**
 * Checks who calls, by `client_secret_basic` or `client_secret_post` (RFC 6749, section 2.3.1).
 * @param client.secret null for a public client, which sends its id alone.
 * @returns null when it is the client; else what is answered.
 */
export function refuseOtherClient(
  request: IncomingMessage,
  form: URLSearchParams,
  client: { id: string; secret: string | null },
): Answer | null {
  const basic = /^Basic (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const sent = basic === undefined ? { id: form.get('client_id'), secret: form.get('client_secret') } : decode(basic);
  if (basic !== undefined && form.has('client_secret'))
    return json(400, { error: 'invalid_request', error_description: 'two ways to authenticate at once' });
  if (sent.id === client.id && sent.secret === client.secret) return null;
  return json(
    401,
    { error: 'invalid_client' },
    basic === undefined ? {} : { 'www-authenticate': 'Basic realm="fake"' },
  );
}

function decode(basic: string): { id: string | null; secret: string | null } {
  const text = Buffer.from(basic, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon === -1) return { id: null, secret: null };
  return { id: formDecode(text.slice(0, colon)), secret: formDecode(text.slice(colon + 1)) };
}

function formDecode(text: string): string {
  return new URLSearchParams(`value=${text}`).get('value') ?? '';
}
