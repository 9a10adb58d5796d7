import { MarfaError } from '@withmarfa/shared';

/** What a proxied call sends besides its method and path. */
export interface ProxyRequestOptions {
  /** Headers for the upstream. What authenticates is added by Marfa, whatever stands here. */
  headers?: Record<string, string>;
  /** Ends the call before the run's own deadline does. */
  signal?: AbortSignal;
}

/** Bytes and text go as they are, `null` goes as no body; everything else goes as JSON. */
export type ProxyBody = string | Uint8Array | ArrayBuffer | URLSearchParams | object | null;

/** What a body is on the wire. */
export interface WireBody {
  body: string | Uint8Array<ArrayBuffer> | undefined;
  contentType: string | undefined;
}

/**
 * @returns the body of a proxied call with the content type that it has unless the caller names another.
 * @throws MarfaError `validation_error` for a form with files, a blob or a stream, which JSON would turn into `{}`.
 */
export function toWireBody(body: ProxyBody | undefined): WireBody {
  if (body === undefined || body === null) return { body: undefined, contentType: undefined };
  if (typeof body === 'string') return { body, contentType: 'text/plain;charset=UTF-8' };
  if (body instanceof URLSearchParams)
    return { body: body.toString(), contentType: 'application/x-www-form-urlencoded;charset=UTF-8' };
  if (body instanceof ArrayBuffer || body instanceof Uint8Array)
    return { body: new Uint8Array(body), contentType: 'application/octet-stream' };
  if (body instanceof Blob || body instanceof FormData || body instanceof ReadableStream) {
    throw new MarfaError(
      'validation_error',
      'A call through the proxy carries text, bytes, URLSearchParams or JSON. Read a blob or a stream into bytes first; send a multipart form with a leased token.',
    );
  }
  return { body: JSON.stringify(body), contentType: 'application/json' };
}

/**
 * @param base address of the Connection's proxy, without a trailing slash.
 * @param path below the upstream's base address, with its query.
 * @throws MarfaError `validation_error` for a path that would not arrive as it was written: one that leads out of the
 *   proxy, or is cut off at a `#`.
 */
export function toProxyUrl(base: string, path: string): string {
  const url = `${base}/${path.replace(/^\/+/, '')}`;
  const { pathname } = new URL(url);
  if (pathname.startsWith(`${new URL(base).pathname}/`) && !path.includes('#')) return url;
  throw new MarfaError(
    'validation_error',
    'The path of a call through the proxy has a "#" in it, or parts such as "..", that lead elsewhere. Encode each part with encodeURIComponent.',
  );
}
