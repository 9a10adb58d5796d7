import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { type Endpoint, type EndpointInput, type EndpointResult, MarfaError, type Passage } from '@withmarfa/shared';
import type { Caller } from '../platform/caller.ts';
import type { PassageHandler } from './passage-routes.ts';
import type { RawHandler } from './raw-exchange.ts';

const READY_JSON = Symbol('ready JSON');

/** JSON text that goes out as it is; made by {@link readyJson}. */
export interface ReadyJson {
  readonly [READY_JSON]: string;
}

/** What a handler may know of its request besides the input and the caller. */
export interface RequestContext {
  headers: IncomingHttpHeaders;
  /** The address of the client, as far as trusted proxies tell it; null once it is gone. */
  clientIp: string | null;
  requestId: string;
}

/** As {@link RequestContext}; `signal` aborts when the client goes before it has everything. */
export interface StreamContext extends RequestContext {
  signal: AbortSignal;
}

/** An answer of an endpoint: a success status with its body, or with JSON text that fits the body's schema. */
export type HandlerResult<E extends Endpoint> =
  | EndpointResult<E>
  | { status: keyof E['responses'] & number; body: ReadyJson };

/** An answer that is written out piece by piece, as fast as the client reads. */
export interface StreamResult<E extends Endpoint> {
  status: keyof E['responses'] & number;
  headers: Record<string, string>;
  /** Ended early (`destroy`, `return`) when the client goes; nothing of it is read for a HEAD request. */
  body: Readable | AsyncIterable<Uint8Array | string>;
}

/** The answer of an endpoint for one caller. It knows nothing of HTTP but its status. */
export type Handler<E extends Endpoint> = (input: EndpointInput<E>, caller: Caller) => Promise<HandlerResult<E>>;
/** As {@link Handler}, for endpoints that anyone may call: `caller` is null without a credential. */
export type PublicHandler<E extends Endpoint> = (
  input: EndpointInput<E>,
  caller: Caller | null,
  context: RequestContext,
) => Promise<HandlerResult<E>>;
/** As {@link Handler}, for endpoints whose answer, or input, is a stream. */
export type StreamHandler<E extends Endpoint> = (
  input: EndpointInput<E>,
  caller: Caller,
  context: StreamContext,
) => Promise<StreamResult<E> | HandlerResult<E>>;

/** As {@link StreamHandler}, for endpoints that anyone may call: `caller` is null without a credential. */
export type PublicStreamHandler<E extends Endpoint> = (
  input: EndpointInput<E>,
  caller: Caller | null,
  context: StreamContext,
) => Promise<StreamResult<E> | HandlerResult<E>>;

/** Adds endpoints to the API; what follows turns HTTP into `(input, caller) → result` and back. */
export interface Mount {
  endpoint<E extends Endpoint>(endpoint: E, handler: Handler<E>): void;
  publicEndpoint<E extends Endpoint>(endpoint: E, handler: PublicHandler<E>): void;
  streamEndpoint<E extends Endpoint>(
    endpoint: E,
    handler: StreamHandler<E>,
    options?: {
      /** In place of the definition's limit, where a setting decides. */
      maxBodyBytes?: number;
    },
  ): void;
  publicStreamEndpoint<E extends Endpoint>(endpoint: E, handler: PublicStreamHandler<E>): void;
  /** As `publicEndpoint`, for endpoints whose bearer is none of Marfa's: the handler judges it. */
  ownBearerEndpoint<E extends Endpoint>(
    endpoint: E,
    handler: (input: EndpointInput<E>, context: RequestContext) => Promise<HandlerResult<E>>,
  ): void;
  /**
   * For what strangers send in a form of their own: no credential, rate, body or parameter is looked at, and the handler
   * answers by itself. What it throws before it has begun to is answered in the envelope.
   */
  rawEndpoint(endpoint: Endpoint, handler: RawHandler): void;
  /** For probes: neither credential nor rate is looked at. */
  probe<E extends Endpoint>(endpoint: E, handler: () => Promise<HandlerResult<E>>): void;
  /** For addresses behind which somebody else answers; neither bodies nor idempotency keys are looked at. */
  passage(passage: Passage, handler: PassageHandler): void;
}

/** One success answer of an endpoint. */
export function answer<const Status extends number, Body>(status: Status, body: Body): { status: Status; body: Body } {
  return { status, body };
}

/** `200 {"ok": true}` */
export const OK = { status: 200, body: { ok: true } } as const;

/**
 * Hands over a body that is JSON already, so that it is not parsed only to be written again.
 * @param text JSON that fits the schema of the endpoint's answer; nobody looks at it again.
 */
export function readyJson(text: string): ReadyJson {
  return { [READY_JSON]: text };
}

/** @returns the JSON text of a handler's body. */
export function toJsonText(body: unknown): string {
  if (typeof body === 'object' && body !== null && READY_JSON in body) return body[READY_JSON] as string;
  return JSON.stringify(body);
}

/** The answer to a request without a usable credential. */
export function unauthorized(): MarfaError {
  return new MarfaError('unauthorized', 'A live credential is needed: send Authorization: Bearer <key>.');
}
