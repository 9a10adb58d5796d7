import type { IncomingMessage, ServerResponse } from 'node:http';
import { MarfaError } from '@withmarfa/shared';

/** How long the bytes of a delivery may take. */
const WITHIN_MS = 30_000;

/** What is held in memory of bodies on their way in, over all connections of this process. */
export interface BodyRoom {
  /** @returns false when there is no room for so many more bytes. */
  take(bytes: number): boolean;
  give(bytes: number): void;
}

export function createBodyRoom(maxBytes: number): BodyRoom {
  let held = 0;
  return {
    take(bytes) {
      if (held + bytes > maxBytes) return false;
      held += bytes;
      return true;
    },
    give(bytes) {
      held -= bytes;
    },
  };
}

/**
 * Reads a body as it was sent: no decompression, no decoding. Its bytes are counted while they come.
 * @throws MarfaError `payload_too_large`, `rate_limited` when the server holds too many bodies, or `invalid_request` when
 *   it ends early or takes too long.
 */
export function readExactBody(
  request: IncomingMessage,
  response: ServerResponse,
  { maxBytes, room }: { maxBytes: number; room: BodyRoom },
): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return Promise.reject(tooLarge(maxBytes));
  if (request.headers.expect !== undefined) response.writeContinue();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const tooSlow = setTimeout(() => {
      end();
      reject(new MarfaError('invalid_request', `The body took longer than ${WITHIN_MS / 1000} s.`));
    }, WITHIN_MS);

    function end(): void {
      clearTimeout(tooSlow);
      request.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
      room.give(size);
    }
    function onData(chunk: Buffer): void {
      if (size + chunk.length > maxBytes) {
        end();
        reject(tooLarge(maxBytes));
        return;
      }
      if (!room.take(chunk.length)) {
        end();
        reject(new MarfaError('rate_limited', 'The server is taking in too many deliveries at once; send it again.'));
        return;
      }
      size += chunk.length;
      chunks.push(chunk);
    }
    function onEnd(): void {
      end();
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size));
    }
    function onClose(): void {
      end();
      reject(new MarfaError('invalid_request', 'The body ended before its declared length.'));
    }
    request.on('data', onData).once('end', onEnd).once('close', onClose).once('error', onClose);
  });
}

function tooLarge(maxBytes: number): MarfaError {
  return new MarfaError('payload_too_large', `The body is larger than ${maxBytes} bytes.`);
}
