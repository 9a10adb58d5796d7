/** What a proxied call sends besides its method and path. */
export interface ProxyRequestOptions {
  /** Headers for the upstream. What authenticates is added by Marfa, whatever stands here. */
  headers?: Record<string, string>;
  /** Ends the call before the run's own deadline does. */
  signal?: AbortSignal;
}

/** Bytes and text go as they are; everything else goes as JSON. */
export type ProxyBody = string | Uint8Array | ArrayBuffer | URLSearchParams | object | null;

/** What a body is on the wire. */
export interface WireBody {
  body: string | Uint8Array<ArrayBuffer> | undefined;
  contentType: string | undefined;
}

/** @returns the body of a proxied call with the content type that it has unless the caller names another. */
export function toWireBody(body: ProxyBody | undefined): WireBody {
  if (body === undefined) return { body: undefined, contentType: undefined };
  if (typeof body === 'string') return { body, contentType: 'text/plain;charset=UTF-8' };
  if (body instanceof URLSearchParams)
    return { body: body.toString(), contentType: 'application/x-www-form-urlencoded;charset=UTF-8' };
  if (body instanceof ArrayBuffer || body instanceof Uint8Array)
    return { body: new Uint8Array(body), contentType: 'application/octet-stream' };
  return { body: JSON.stringify(body), contentType: 'application/json' };
}
