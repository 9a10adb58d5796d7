export type { Bytes, CallOptions, ClientOptions, RetryOptions } from './client-options.ts';
export type { AnswerOf, MarfaClient, QueryOf } from './client-types.ts';
export { createClient } from './create-client.ts';
export { MarfaApiError, type MarfaApiErrorOptions } from './marfa-api-error.ts';
export type { List, Page } from './page-list.ts';
export type { EventStreams, MarfaEvent, SubscribeOptions } from './subscribe.ts';
