import { z } from 'zod';
import type { Endpoint } from './endpoint.ts';

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
> = Omit<Endpoint<P, Q, B, R>, 'params' | 'query' | 'body' | 'errors' | 'audience'> & {
  audience?: Endpoint['audience'];
  params?: P;
  query?: Q;
  body?: B;
  errors?: Endpoint['errors'];
};

/** Describes an endpoint; what is left out takes nothing (no query, no body) and any signed-in credential may call. */
export function defineEndpoint<
  R extends Record<number, z.ZodType>,
  P extends z.ZodType = Nothing,
  Q extends z.ZodType = Nothing,
  B extends z.ZodType = NoBody,
>(definition: Definition<P, Q, B, R>): Endpoint<P, Q, B, R> {
  return {
    audience: 'credential',
    errors: [],
    ...definition,
    params: definition.params ?? (Nothing as unknown as P),
    query: definition.query ?? (Nothing as unknown as Q),
    body: definition.body ?? (NoBody as unknown as B),
  };
}
