import { BodyTooLargeError } from '../errors/body-too-large-error.ts';

/**
 * Reads a response body up to a cap, and no byte further than the chunk that passes it.
 * @param options.maxBytes counted after decompression, so that a small download cannot become a large one.
 * @param options.signal stops the reading; pass `ctx.signal`.
 * @throws BodyTooLargeError; the signal's reason; a network fault as `fetch` does.
 */
export async function readBody(
  response: Response,
  options: { maxBytes: number; signal?: AbortSignal },
): Promise<Uint8Array<ArrayBuffer>> {
  const { maxBytes, signal } = options;
  if (response.body === null) return new Uint8Array(0);
  const reader = response.body.getReader();
  const stop = () => void reader.cancel(signal?.reason).catch(() => undefined);
  signal?.addEventListener('abort', stop, { once: true });
  try {
    signal?.throwIfAborted();
    return await readAll(reader, maxBytes, signal);
  } catch (error) {
    await reader.cancel(error).catch(() => undefined);
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

async function readAll(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  maxBytes: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    signal?.throwIfAborted();
    if (done) return join(chunks, length);
    length += value.length;
    if (length > maxBytes) throw new BodyTooLargeError(maxBytes);
    chunks.push(value);
  }
}

function join(chunks: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}
