/** How often and how long a failed call is tried again. */
export interface RetryOptions {
  /** Attempts in all, the first included. Default 4; 1 tries once. */
  attempts?: number;
  /** Bound of the wait before the second attempt; it doubles with each further one. Default 250. */
  firstDelayMs?: number;
  /** The most to wait, also when the server asks for more: then the call fails at once. Default 30,000. */
  longestDelayMs?: number;
}

export interface ClientOptions {
  /** Where the server answers, such as `https://marfa.example.org`; a path is kept. */
  baseUrl: string;
  /** The credential, or what gives one; asked again when the server refuses it. Left out, only open endpoints answer. */
  token?: string | (() => string | Promise<string>);
  /** Default: the platform's. */
  fetch?: typeof globalThis.fetch;
  retry?: RetryOptions;
  /** Of each attempt, in milliseconds. Default 30,000. */
  timeoutMs?: number;
  /** Sent as `User-Agent`, where the platform lets it be set (browsers do not). */
  userAgent?: string;
}

export interface CallOptions {
  /** Ends the call; it rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Of each attempt, in milliseconds. */
  timeoutMs?: number;
  /**
   * Names what is to be done, so that it is done once however often it is sent. The client makes one for each call
   * that changes something; give your own to make the call safe across restarts of your program.
   */
  idempotencyKey?: string;
  /** Of bytes that are sent. Default `application/octet-stream`. */
  contentType?: string;
  /** The bytes to fetch of a blob, such as `bytes=0-99` (RFC 9110, section 14.2). */
  range?: string;
}

/** Bytes that can be sent a second time. */
export type Bytes = Blob | ArrayBuffer | Uint8Array<ArrayBuffer>;

/** What comes from outside besides the network; tests put their own in its place. */
export interface ClientPlatform {
  now(): number;
  /** From 0 to 1. */
  random(): number;
  /** @returns text that nobody else has. */
  newKey(): string;
  /** @throws the signal's reason, as soon as it fires. */
  wait(ms: number, signal: AbortSignal | undefined): Promise<void>;
  /** Calls back once after `ms`. @returns what takes the call back. */
  after(ms: number, callback: () => void): () => void;
}
