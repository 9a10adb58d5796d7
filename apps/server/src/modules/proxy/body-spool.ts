import { randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Once a body takes this much of memory, what follows sends it to a file. */
export const IN_MEMORY_BYTES = 65_536;

/** Bytes that are kept to be read again, from any place on. */
export interface BodySpool {
  readonly size: number;
  append(chunk: Buffer): Promise<void>;
  /** @returns some bytes from `position` on, at most 64 KB; `position` is below `size`. */
  read(position: number): Promise<Buffer>;
  /** Everything that is kept in memory, while it is. */
  whole(): Buffer;
  /** Lets go of everything. */
  close(): Promise<void>;
}

/**
 * Keeps 64 KB, and the chunk that goes beyond, in memory. More goes to a temporary file whose name is gone before the first byte is written, so that
 * nothing stays behind, however the process ends.
 */
export function createBodySpool(): BodySpool {
  let chunks: Buffer[] = [];
  let size = 0;
  let file: FileHandle | null = null;

  async function toFile(): Promise<FileHandle> {
    const path = join(tmpdir(), `marfa-body-${randomUUID()}`);
    const handle = await open(path, 'wx+', 0o600);
    file = handle;
    await unlink(path);
    let position = 0;
    for (const chunk of chunks) {
      await writeAll(handle, chunk, position);
      position += chunk.length;
    }
    chunks = [];
    return handle;
  }

  return {
    get size() {
      return size;
    },
    async append(chunk) {
      if (file === null && size < IN_MEMORY_BYTES) chunks.push(chunk);
      else await writeAll(file ?? (await toFile()), chunk, size);
      size += chunk.length;
    },
    async read(position) {
      if (file !== null) {
        const buffer = Buffer.allocUnsafe(Math.min(IN_MEMORY_BYTES, size - position));
        const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
        return buffer.subarray(0, bytesRead);
      }
      let start = 0;
      for (const chunk of chunks) {
        if (position < start + chunk.length) return chunk.subarray(position - start);
        start += chunk.length;
      }
      throw new RangeError('nothing is kept there');
    },
    whole: () => Buffer.concat(chunks),
    async close() {
      chunks = [];
      const handle = file;
      file = null;
      await handle?.close();
    },
  };
}

async function writeAll(file: FileHandle, chunk: Buffer, position: number): Promise<void> {
  for (let done = 0; done < chunk.length; ) {
    const { bytesWritten } = await file.write(chunk, done, chunk.length - done, position + done);
    done += bytesWritten;
  }
}
