import { once } from 'node:events';
import { type IncomingMessage, request as sendRequest } from 'node:http';
import type { Api } from './api.ts';
import { anIntegration } from './integrations.ts';
import { aName, aSpace, created, type Space } from './spaces.ts';

/** A Connection with a static upstream token, in a space of its own unless one is given. */
export interface TokenConnection {
  id: string;
  space: Space;
  token: string;
  integrationId: string;
  /** The address of a path behind the proxy, on the server under test. */
  path(rest: string): string;
}

export async function aTokenConnection(
  admin: Api,
  baseUrl: string,
  options: {
    space?: Space;
    scheme?: 'Bearer' | 'Token' | 'Basic';
    token?: string;
    configuration?: Record<string, unknown>;
    manifest?: Record<string, unknown>;
  } = {},
): Promise<TokenConnection> {
  const space = options.space ?? (await aSpace(admin));
  const token = options.token ?? aName('canary-token');
  const integration_id = await anIntegration(admin, {
    token_requirements: { api: 'required' },
    ...options.manifest,
  });
  const { credential_id } = created(
    await space.api.post('/credentials/api-token', {
      label: 'Upstream',
      upstream_base_url: baseUrl,
      api_token: token,
      auth_scheme: options.scheme ?? 'Bearer',
    }),
  );
  const { connection_id } = created(
    await space.api.post('/connections/install', {
      integration_id,
      credential_ref: credential_id,
      configuration: options.configuration ?? {},
    }),
  );
  return {
    id: connection_id,
    space,
    token,
    integrationId: integration_id,
    path: (rest) => `/connections/${connection_id}/proxy/${rest}`,
  };
}

/** An answer as it came over the socket. */
export interface RawAnswer {
  status: number;
  /** Names and values in turns. */
  rawHeaders: string[];
  headers: IncomingMessage['headers'];
  body: Buffer;
  /** Whether the body broke off. */
  broken: boolean;
}

/** Sends exactly this; nothing is normalised, followed or decoded. */
export async function sendRaw(
  url: string,
  path: string,
  options: {
    key?: string;
    method?: string;
    headers?: Record<string, string | string[]>;
    body?: Buffer | string;
  } = {},
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const request = sendRequest({
    hostname,
    port,
    path,
    agent: false,
    method: options.method ?? 'GET',
    headers: { ...(options.key ? { authorization: `Bearer ${options.key}` } : {}), ...options.headers },
  });
  request.end(options.body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  let broken = false;
  try {
    for await (const chunk of response) chunks.push(chunk as Buffer);
  } catch {
    broken = true;
  }
  const { statusCode = 0, rawHeaders, headers } = response;
  return { status: statusCode, rawHeaders, headers, body: Buffer.concat(chunks), broken };
}
