import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { type Issue, MarfaError } from '@withmarfa/shared';
import { parse as parseContentType } from 'content-type';
import getRawBody from 'raw-body';

/** How long the bytes of a JSON body may take, however slowly they come. */
const BODY_WITHIN_MS = 60_000;
const JSON_TYPE = /^application\/(?:[a-z0-9!#$&^_.+-]+\+)?json$/;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** @returns whether a request brings a body, be it empty. */
export function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

/** The type of a posted form. */
export const FORM_TYPE = /^application\/x-www-form-urlencoded$/;

/** @returns the content type without its parameters, in lower case; empty where there is none. */
export function mediaTypeOf({ headers }: IncomingMessage): string {
  return parseContentType(headers['content-type'] ?? '').type;
}

/**
 * Reads the text of a body: UTF-8, of a JSON content type unless told otherwise, plain or compressed by gzip, deflate or br.
 * @param options.maxBodyBytes counts what comes out of the decompression.
 * @param options.type what the content type has to be.
 * @throws MarfaError `validation_error`, `payload_too_large`, or `invalid_request` when it ends early.
 */
export async function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  { maxBodyBytes, type = JSON_TYPE }: { maxBodyBytes: number; type?: RegExp },
): Promise<string> {
  refuseOtherTypes(request.headers['content-type'], type);
  const decoder = decoderFor(request.headers['content-encoding']);
  if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes) throw tooLarge();
  if (request.headers.expect !== undefined) response.writeContinue();
  const tooSlow = setTimeout(() => request.destroy(), BODY_WITHIN_MS);
  try {
    const bytes = decoder
      ? await readThrough(request, decoder, maxBodyBytes)
      : await getRawBody(request, { limit: maxBodyBytes, length: request.headers['content-length'] ?? null });
    return decodeUtf8(bytes);
  } finally {
    clearTimeout(tooSlow);
  }
}

function decodeUtf8(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw unreadable('expected UTF-8');
  }
}

/**
 * Hands over a body that is not JSON as it comes.
 * @param options.maxBodyBytes what comes beyond ends the iteration with `payload_too_large`.
 * @returns the bytes; iterating throws MarfaError `invalid_request` when the client goes before the end.
 * @throws MarfaError `payload_too_large` when the declared length says it already, `validation_error`.
 */
export function readBytes(
  request: IncomingMessage,
  response: ServerResponse,
  { maxBodyBytes }: { maxBodyBytes: number },
): AsyncIterable<Uint8Array> {
  const { 'content-length': length, 'content-encoding': encoding = 'identity', expect } = request.headers;
  if (encoding !== 'identity') throw unreadable('expected no Content-Encoding');
  if (Number(length ?? 0) > maxBodyBytes) throw tooLarge();
  return limited(request, { maxBodyBytes, begin: () => void (expect !== undefined && response.writeContinue()) });
}

async function* limited(
  request: IncomingMessage,
  { maxBodyBytes, begin }: { maxBodyBytes: number; begin: () => void },
): AsyncGenerator<Uint8Array> {
  begin();
  let received = 0;
  try {
    // Who stops early still has to send an answer on the same connection.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      received += chunk.length;
      if (received > maxBodyBytes) throw tooLarge();
      yield chunk;
    }
  } catch (error) {
    if (MarfaError.is(error) || !request.destroyed) throw error;
    throw new MarfaError('invalid_request', 'The body ended before its declared length.', { cause: error });
  }
}

function tooLarge(): MarfaError {
  return new MarfaError('payload_too_large', 'The body is larger than this endpoint takes.');
}

async function readThrough(request: IncomingMessage, decoder: Readable & NodeJS.WritableStream, limit: number) {
  // A client that goes ends the request without an `end`; the decoder has to hear of it.
  const gone = () => {
    if (!request.complete) decoder.destroy();
  };
  request.once('close', gone);
  request.pipe(decoder);
  try {
    return await getRawBody(decoder, { limit });
  } catch (error) {
    throw isReaderFault(error) ? error : unreadable('its compression is damaged or of another kind than it says');
  } finally {
    request.off('close', gone);
    request.unpipe(decoder);
    decoder.destroy();
  }
}

/** Whatever does not come from the reader comes from the decompression. */
function isReaderFault(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'type' in error;
}

function decoderFor(encoding = 'identity'): (Readable & NodeJS.WritableStream) | null {
  switch (encoding.toLowerCase()) {
    case 'identity':
      return null;
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'deflate':
      return createInflate();
    case 'br':
      return createBrotliDecompress();
    default:
      throw unreadable('expected Content-Encoding gzip, deflate, br or none');
  }
}

function refuseOtherTypes(header: string | undefined, wanted: RegExp): void {
  // What nearly every client sends needs no parsing.
  if (header === 'application/json' && wanted === JSON_TYPE) return;
  const { type, parameters } = parseContentType(header ?? '');
  if (!wanted.test(type)) {
    const name = wanted === JSON_TYPE ? 'application/json' : 'application/x-www-form-urlencoded';
    throw unreadable(`expected Content-Type: ${name}`);
  }
  const charset = parameters.charset?.toLowerCase() ?? 'utf-8';
  if (charset !== 'utf-8' && charset !== 'utf8') throw unreadable('expected charset=utf-8, or none');
}

function unreadable(message: string): MarfaError {
  const issues: Issue[] = [{ path: '$', message }];
  return new MarfaError('validation_error', `The body cannot be read: ${message}.`, { details: { issues } });
}
