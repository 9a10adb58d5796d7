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

/**
 * Reads the text of a JSON body: UTF-8, of a JSON content type, plain or compressed by gzip, deflate or br.
 * @param options.maxBodyBytes counts what comes out of the decompression.
 * @throws MarfaError `validation_error`, `payload_too_large`, or `invalid_request` when it ends early.
 */
export async function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  { maxBodyBytes }: { maxBodyBytes: number },
): Promise<string> {
  refuseOtherTypes(request.headers['content-type']);
  const decoder = decoderFor(request.headers['content-encoding']);
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

function refuseOtherTypes(header: string | undefined): void {
  // What nearly every client sends needs no parsing.
  if (header === 'application/json') return;
  const { type, parameters } = parseContentType(header ?? '');
  if (!JSON_TYPE.test(type)) throw unreadable('expected Content-Type: application/json');
  const charset = parameters.charset?.toLowerCase() ?? 'utf-8';
  if (charset !== 'utf-8' && charset !== 'utf8') throw unreadable('expected charset=utf-8, or none');
}

function unreadable(message: string): MarfaError {
  const issues: Issue[] = [{ path: '$', message }];
  return new MarfaError('validation_error', `The body cannot be read: ${message}.`, { details: { issues } });
}
