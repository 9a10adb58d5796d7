import { type HandlerResult, permanentLocation, readBody } from '@withmarfa/runtime-sdk';
import { classifyStatus } from './classify-status.ts';
import { fetchFailure } from './fetch-failure.ts';

export interface FeedRequest {
  url: string;
  /** Validators of the last answer; the server may then say that nothing changed. */
  etag?: string | undefined;
  last_modified?: string | undefined;
}

export interface RequestOptions {
  fetch: typeof fetch;
  /** The run's own end. */
  signal: AbortSignal;
  /** Limit for the whole request, the body included. */
  timeoutMs: number;
  /** Limit for the body after decompression. */
  maxBytes: number;
  /** Milliseconds since the epoch. */
  now: number;
}

/** A feed as it arrived. */
export interface FetchedDocument {
  bytes: Uint8Array<ArrayBuffer>;
  contentType: string | null;
  /** Where the document came from after all redirects. */
  url: string;
  etag?: string | undefined;
  last_modified?: string | undefined;
}

export type FeedResponse = { movedTo: string | null } & (
  | { kind: 'document'; document: FetchedDocument }
  | { kind: 'unchanged' }
  | { kind: 'gone' }
  | { kind: 'failed'; result: HandlerResult & { ok: false } }
);

const HEADERS = {
  'user-agent': 'Marfa-RSS-Watcher/1.0 (feed reader; asks once an hour)',
  accept:
    'application/rss+xml, application/atom+xml, application/rdf+xml, application/feed+json, ' +
    'application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.1',
};

/**
 * Asks for a feed, with its validators if there are any, and reads it within the limits.
 * @returns what came of it; `movedTo` is set when every redirect was permanent.
 * @throws the reason of `options.signal` when the run ends meanwhile.
 */
export async function requestFeed(request: FeedRequest, options: RequestOptions): Promise<FeedResponse> {
  const timeout = AbortSignal.timeout(options.timeoutMs);
  const signal = AbortSignal.any([options.signal, timeout]);
  try {
    const response = await options.fetch(request.url, { headers: headersFor(request), signal });
    const movedTo = permanentLocation(response);
    const verdict = classifyStatus(response, options.now);
    if (verdict.kind !== 'body') {
      await response.body?.cancel();
      return { ...verdict, movedTo };
    }
    const bytes = await readBody(response, { maxBytes: options.maxBytes, signal });
    return { kind: 'document', movedTo, document: documentOf(response, request.url, bytes) };
  } catch (error) {
    options.signal.throwIfAborted();
    const timeoutSeconds = options.timeoutMs / 1000;
    return {
      kind: 'failed',
      movedTo: null,
      result: fetchFailure(error, { url: request.url, timedOut: timeout.aborted, timeoutSeconds }),
    };
  }
}

function headersFor({ etag, last_modified }: FeedRequest): Record<string, string> {
  return {
    ...HEADERS,
    ...(etag === undefined ? {} : { 'if-none-match': etag }),
    ...(last_modified === undefined ? {} : { 'if-modified-since': last_modified }),
  };
}

function documentOf(response: Response, requestUrl: string, bytes: Uint8Array<ArrayBuffer>): FetchedDocument {
  const { headers } = response;
  return {
    bytes,
    contentType: headers.get('content-type'),
    url: response.url || requestUrl,
    etag: headers.get('etag') ?? undefined,
    last_modified: headers.get('last-modified') ?? undefined,
  };
}
