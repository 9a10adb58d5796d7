import type { IncomingMessage, ServerResponse } from 'node:http';
import { MarfaError } from '@withmarfa/shared';
import { hasBody } from '../../http/read-body.ts';
import { type BodySpool, createBodySpool, IN_MEMORY_BYTES } from './body-spool.ts';
import type { UpstreamBody } from './call-upstream.ts';

/** The body of a caller's request, byte for byte. */
export interface RequestBody {
  /** In bytes; null when the caller did not say, and when there is none. */
  declared: number | null;
  /**
   * The body from its beginning. A body of which something has been read already can be opened again only if it was kept.
   * @param options.keep whether it has to be there once more; what goes beyond 64 KB then waits in a temporary file.
   */
  open(options: { keep: boolean }): UpstreamBody;
  /** Lets go of what was kept. */
  close(): Promise<void>;
}

export interface BodyRules {
  maxBytes: number;
  /** A caller that sends nothing for so long is let go. */
  silenceMs: number;
}

const NONE: RequestBody = { declared: null, open: () => null, close: async () => undefined };

/**
 * Takes the body of a request. A small one is read as a whole, so that it costs nothing to send it again; of a larger one
 * nothing is read before it is opened.
 * @throws MarfaError `payload_too_large`, `invalid_request` when it ends early or its sender falls silent. Reading an opened
 *   body throws the same.
 */
export async function takeRequestBody(
  request: IncomingMessage,
  response: ServerResponse,
  { maxBytes, silenceMs }: BodyRules,
): Promise<RequestBody> {
  if (!hasBody(request)) return NONE;
  const length = request.headers['content-length'];
  const declared = length === undefined ? null : Number(length);
  if (declared !== null && declared > maxBytes) throw tooLarge(maxBytes);
  if (request.headers.expect !== undefined) response.writeContinue();

  const source = createSource(request, { maxBytes, silenceMs });
  const spool = createBodySpool();
  if (declared === null || declared <= IN_MEMORY_BYTES) {
    const first = await gather(source, spool);
    if (first.whole) return { ...NONE, declared: first.whole.length, open: () => first.whole ?? null };
  }
  return {
    declared,
    open: ({ keep }) => readAgain(source, spool, keep),
    close: () => spool.close(),
  };
}

/** One reader of a request, whom several may ask at the same time: all of them get the same chunk. */
interface Source {
  /** Set for as long as what is read has to be kept. */
  keep: BodySpool | null;
  /** Bytes that have been read so far. */
  readonly taken: number;
  /** @returns null at the end. */
  next(): Promise<{ chunk: Buffer; start: number } | null>;
}

function createSource(request: IncomingMessage, { maxBytes, silenceMs }: BodyRules): Source {
  // Who stops early still has to send an answer on the same connection.
  const chunks = request.iterator({ destroyOnReturn: false }) as AsyncIterableIterator<Buffer>;
  let taken = 0;
  let pending: ReturnType<Source['next']> | null = null;

  async function pull(keep: BodySpool | null): ReturnType<Source['next']> {
    const silent = setTimeout(() => request.destroy(), silenceMs);
    try {
      const { value: chunk, done } = await chunks.next();
      if (done === true) return null;
      const start = taken;
      taken += chunk.length;
      if (taken > maxBytes) throw tooLarge(maxBytes);
      await keep?.append(chunk);
      return { chunk, start };
    } catch (error) {
      if (MarfaError.is(error) || !request.destroyed) throw error;
      throw new MarfaError('invalid_request', 'The body ended before its end.', { cause: error });
    } finally {
      clearTimeout(silent);
    }
  }

  return {
    keep: null,
    get taken() {
      return taken;
    },
    next() {
      pending ??= pull(this.keep).finally(() => {
        pending = null;
      });
      return pending;
    },
  };
}

/** Reads until there is more than memory is meant for. @returns the whole, if that was all. */
async function gather(source: Source, spool: BodySpool): Promise<{ whole: Buffer | null }> {
  source.keep = spool;
  while (spool.size < IN_MEMORY_BYTES) {
    if ((await source.next()) === null) return { whole: spool.whole() };
  }
  return { whole: null };
}

/** What is kept, and then what still comes. Nobody waits for one who stopped reading. */
async function* readAgain(source: Source, spool: BodySpool, keep: boolean): AsyncGenerator<Buffer> {
  source.keep = keep ? spool : null;
  let position = 0;
  for (;;) {
    while (position < spool.size) {
      const kept = await spool.read(position);
      position += kept.length;
      yield kept;
    }
    const next = await source.next();
    if (next === null) return;
    // Another reader was given it first, and kept it.
    if (next.start !== position && spool.size > position) continue;
    if (next.start !== position) throw new RangeError('a part of the body was not kept');
    position += next.chunk.length;
    yield next.chunk;
  }
}

function tooLarge(maxBytes: number): MarfaError {
  return new MarfaError(
    'payload_too_large',
    `The body is larger than the ${maxBytes} bytes that go through the proxy.`,
  );
}
