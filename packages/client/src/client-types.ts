import type { ENDPOINTS, Endpoint, EndpointName } from '@withmarfa/shared';
import type { z } from 'zod';
import type { Bytes, CallOptions } from './client-options.ts';
import type { List, Page } from './page-list.ts';
import type { Routes } from './routes.ts';
import type { EventStreams } from './subscribe.ts';

/** A Marfa server, as one credential sees it. Every call rejects with `MarfaApiError`, or with its signal's reason. */
export type MarfaClient = {
  readonly [Space in keyof Routes]: {
    readonly [Name in keyof Routes[Space]]: Method<EndpointAt<Routes[Space][Name]>>;
  };
} & { readonly events: EventStreams };

type EndpointAt<Name> = Name extends EndpointName ? (typeof ENDPOINTS)[Name] : never;

/** How an endpoint is called: the parts of its path, its body or query, then options. */
export type Method<E extends Endpoint> =
  AnswerOf<E> extends Page<infer Row>
    ? <const Query extends QueryOf<E> = QueryOf<E>>(
        ...input: [...PathInput<E>, query?: Query, options?: CallOptions]
      ) => List<RowFor<Row, Query>>
    : (...input: [...PathInput<E>, ...BodyInput<E>, ...QueryInput<E>, options?: CallOptions]) => Promise<ResultOf<E>>;

/** The body of an endpoint's success. */
export type AnswerOf<E extends Endpoint> = z.output<E['responses'][keyof E['responses'] & number]>;

/** Bytes come as the platform's Response, unread. */
type ResultOf<E extends Endpoint> = unknown extends AnswerOf<E> ? Response : AnswerOf<E>;

/** What an endpoint's query may hold: values as they are meant, or as they are spelt in a URL. */
export type QueryOf<E extends Endpoint> = {
  [Name in keyof z.input<E['query']>]:
    | z.input<E['query']>[Name]
    | (Name extends keyof z.output<E['query']> ? z.output<E['query']>[Name] : never);
};

type PathInput<E extends Endpoint> =
  IsEmpty<z.input<E['params']>> extends true
    ? []
    : IsOne<keyof z.input<E['params']>> extends true
      ? [value: string]
      : [path: z.input<E['params']>];

type BodyInput<E extends Endpoint> =
  undefined extends z.input<E['body']>
    ? []
    : z.input<E['body']> extends AsyncIterable<Uint8Array>
      ? [body: Bytes]
      : [body: z.input<E['body']>];

type QueryInput<E extends Endpoint> = IsEmpty<z.input<E['query']>> extends true ? [] : [query?: QueryOf<E>];

/** Rows that `include` wraps: `{item, metadata?}` with it, the bare item without. */
type RowFor<Row, Query> = [Extract<Row, { item: unknown }>] extends [never]
  ? Row
  : Query extends { include: string | readonly string[] }
    ? Extract<Row, { item: unknown }>
    : Exclude<Row, { item: unknown }>;

// What takes nothing is an object whose keys may be any text, of which there are none.
type IsEmpty<Shape> = string extends keyof Shape ? true : false;
type IsOne<Key, Each = Key> = Key extends unknown ? ([Each] extends [Key] ? true : false) : never;
