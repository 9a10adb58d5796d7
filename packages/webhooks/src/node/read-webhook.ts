import type { IncomingMessage } from 'node:http';
import type { WebhookRequest } from '../webhook-types.ts';
import { WebhookBodyError } from './webhook-body-error.ts';

export interface ReadWebhookOptions {
  /** The longest body that is read, in bytes. Default 5 MiB; GitHub sends up to 25 MiB. */
  maxBytes?: number;
}

const FIVE_MEBIBYTES = 5 * 1024 * 1024;

/**
 * Reads a delivery from a request of `node:http`, Express or whatever hands its requests on, for `verifyWebhook`. Use it
 * where no body parser has run before: a signature holds for the bytes that came, and a parser keeps none of them.
 * @returns every header with all its values, and the exact bytes, still compressed if the sender compressed them.
 * @throws WebhookBodyError when the body was read before, is longer than the cap, or never ends. What is too long is no
 *   longer kept from there on, so its sender can still be answered.
 */
export async function readWebhook(
  incoming: IncomingMessage,
  { maxBytes = FIVE_MEBIBYTES }: ReadWebhookOptions = {},
): Promise<WebhookRequest> {
  if (incoming.readableDidRead || incoming.readableEnded)
    throw new WebhookBodyError(
      'body_already_read',
      'The body was read before this call, and its exact bytes are gone. Mount this route before any body parser, such as express.json().',
    );
  if (Number(incoming.headers['content-length']) > maxBytes) throw tooLarge(incoming, maxBytes);
  return { headers: allHeaders(incoming.rawHeaders), body: await readBytes(incoming, maxBytes) };
}

/** `incoming.headers` drops some repetitions and joins others; here each value stays. */
function allHeaders(rawHeaders: readonly string[]): Record<string, string[]> {
  // No prototype: a header may be called __proto__.
  const headers: Record<string, string[]> = Object.create(null);
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = String(rawHeaders[index]).toLowerCase();
    const values = headers[name] ?? [];
    values.push(String(rawHeaders[index + 1]));
    headers[name] = values;
  }
  return headers;
}

function readBytes(incoming: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const stop = () => {
      incoming.off('data', take).off('end', finish).off('error', fail).off('close', abandon);
    };
    function take(chunk: Buffer | string) {
      if (typeof chunk === 'string') {
        stop();
        const message = 'The request has an encoding set, so its body comes as text. Read it before setEncoding().';
        reject(new WebhookBodyError('body_already_read', message));
        return;
      }
      length += chunk.length;
      chunks.push(chunk);
      if (length > maxBytes) {
        stop();
        reject(tooLarge(incoming, maxBytes));
      }
    }
    function finish() {
      stop();
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, length));
    }
    function fail(cause?: unknown) {
      stop();
      reject(new WebhookBodyError('body_incomplete', 'The request ended before its body was complete.', { cause }));
    }
    const abandon = () => fail();
    incoming.on('data', take).on('end', finish).on('error', fail).on('close', abandon);
  });
}

function tooLarge(incoming: IncomingMessage, maxBytes: number): WebhookBodyError {
  // Let go of the rest: an unread body would hold the connection, and the answer with it.
  incoming.resume();
  return new WebhookBodyError('body_too_large', `The body is longer than ${maxBytes} bytes.`);
}
