import type { z } from 'zod';
import type { ErrorCode } from '../errors/error-codes.ts';

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Who may call: anyone, any signed-in credential, or those who run a space or the instance. */
export type Audience = 'anyone' | 'credential' | 'space-admin' | 'platform';

/**
 * One endpoint of the HTTP API: what the server mounts, the client calls and the reference documents are made from.
 * `params` are the `{name}` parts of the path, `query` the query string, `body` the JSON body; `responses` maps each
 * success status to its body. With `request: 'bytes'` the body is the unread stream of bytes, and with another `response`
 * than `json` the schemas of `responses` describe nothing but the status.
 */
export interface Endpoint<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Responses extends Record<number, z.ZodType> = Record<number, z.ZodType>,
> {
  method: HttpMethod;
  path: string;
  summary: string;
  audience: Audience;
  params: Params;
  query: Query;
  body: Body;
  responses: Responses;
  errors: readonly ErrorCode[];
  /** What the request's body is; `json` also where there is none. */
  request: 'json' | 'bytes';
  /** The largest body, in bytes after decompression. */
  maxBodyBytes: number;
  response: 'json' | 'bytes' | 'event-stream';
}

/** What a handler of an endpoint receives. */
export interface EndpointInput<E extends Endpoint> {
  params: z.output<E['params']>;
  query: z.output<E['query']>;
  body: z.output<E['body']>;
}

/** What a handler of an endpoint answers: one of its success statuses with that status's body. */
export type EndpointResult<E extends Endpoint> = {
  [Status in keyof E['responses'] & number]: { status: Status; body: z.input<E['responses'][Status]> };
}[keyof E['responses'] & number];
