import { z } from 'zod';
import type { Endpoint } from './endpoint.ts';

/** The largest JSON body that an endpoint takes unless it says otherwise, in bytes. */
const MAX_JSON_BODY_BYTES = 1_048_576;

const Nothing = z.strictObject({});
// Clients that set a JSON content type may send an empty object for nothing.
const NoBody = z.strictObject({}).optional();
type Nothing = typeof Nothing;
type NoBody = typeof NoBody;

type Definition<
  P extends z.ZodType,
  Q extends z.ZodType,
  B extends z.ZodType,
  R extends Record<number, z.ZodType>,
> = Pick<Endpoint<P, Q, B, R>, 'method' | 'path' | 'summary' | 'responses'> & {
  audience?: Endpoint['audience'];
  request?: Endpoint['request'];
  maxBodyBytes?: number;
  response?: Endpoint['response'];
  params?: P;
  query?: Q;
  body?: B;
  errors?: Endpoint['errors'];
};

/**
 * Describes an endpoint; what is left out takes nothing (no query, no body), any signed-in credential may call, and both
 * sides speak JSON of at most 1 MiB. An endpoint with `request: 'bytes'` gives `ByteStreamSchema` as its body.
 */
export function defineEndpoint<
  R extends Record<number, z.ZodType>,
  P extends z.ZodType = Nothing,
  Q extends z.ZodType = Nothing,
  B extends z.ZodType = NoBody,
>(definition: Definition<P, Q, B, R>): Endpoint<P, Q, B, R> {
  return {
    audience: 'credential',
    errors: [],
    request: 'json',
    maxBodyBytes: MAX_JSON_BODY_BYTES,
    response: 'json',
    ...definition,
    params: definition.params ?? (Nothing as unknown as P),
    query: definition.query ?? (Nothing as unknown as Q),
    body: definition.body ?? (NoBody as unknown as B),
  };
}
