import { ENDPOINTS, type Endpoint } from '@withmarfa/shared';
import { z } from 'zod';
import { callEndpoint } from './call-endpoint.ts';
import type { CallOptions, ClientOptions, ClientPlatform } from './client-options.ts';
import type { MarfaClient } from './client-types.ts';
import { createList, type Page } from './page-list.ts';
import { ROUTES } from './routes.ts';
import type { Transport } from './send-request.ts';
import { createEventStreams } from './subscribe.ts';
import { systemPlatform } from './system-platform.ts';

/**
 * Makes a client of one server under one credential. It holds no connection and needs no closing.
 * @throws TypeError when `baseUrl` is no http(s) address.
 */
export function createClient(options: ClientOptions): MarfaClient {
  return createClientOn(options, systemPlatform);
}

/** As {@link createClient}, on a platform of the caller's. */
export function createClientOn(options: ClientOptions, platform: ClientPlatform): MarfaClient {
  if (!/^https?:$/.test(new URL(options.baseUrl).protocol))
    throw new TypeError('baseUrl: expected an http or https address');
  const transport: Transport = { options, platform };
  const spaces = Object.entries(ROUTES).map(([space, routes]) => [
    space,
    Object.fromEntries(
      Object.entries(routes).map(([name, endpoint]) => [name, toMethod(transport, ENDPOINTS[endpoint])]),
    ),
  ]);
  return { ...Object.fromEntries(spaces), events: createEventStreams(transport) } as MarfaClient;
}

/** The arguments of a method, read by what its endpoint takes: path, then body, then query, then options. */
function toMethod(transport: Transport, endpoint: Endpoint): (...input: unknown[]) => unknown {
  const pathNames = keysOf(endpoint.params);
  const takesBody = !endpoint.body.safeParse(undefined).success;
  const takesQuery = keysOf(endpoint.query).length > 0;
  const isList = Object.values(endpoint.responses).some(isPage);

  return (...input) => {
    const rest = [...input];
    const path = pathNames.length === 0 ? {} : pathOf(pathNames, rest.shift());
    const body = takesBody ? rest.shift() : undefined;
    const query = takesQuery ? ((rest.shift() ?? {}) as Record<string, unknown>) : {};
    const options = (rest.shift() ?? {}) as CallOptions;
    const ask = (more: Record<string, unknown>) =>
      callEndpoint(transport, endpoint, { path, query: { ...query, ...more }, body, options });
    return isList
      ? createList((cursor) => ask(cursor === undefined ? {} : { cursor }) as Promise<Page<unknown>>)
      : ask({});
  };
}

function pathOf(names: readonly string[], given: unknown): Record<string, string> {
  const path = typeof given === 'string' ? { [names[0] ?? '']: given } : (given as Record<string, string>);
  // An empty part would be another endpoint's address.
  for (const name of names)
    if (typeof path?.[name] !== 'string' || path[name] === '')
      throw new TypeError(`${name}: expected a text that is not empty`);
  return path;
}

function keysOf(schema: z.ZodType): string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

function isPage(schema: z.ZodType): boolean {
  const keys = keysOf(schema);
  return ['data', 'cursor', 'has_more'].every((key) => keys.includes(key));
}
