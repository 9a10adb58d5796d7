import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { MarfaError } from '@withmarfa/shared';
import type { Platform } from './platform.ts';

/** Bytes kept under the SHA-256 of their content. Whose they are is written in the database, not here. */
export interface BlobStore {
  /**
   * Takes a stream in; when the promise resolves, the bytes are on disk under their hash. Equal content is kept once.
   * @throws MarfaError `payload_too_large` past `maxBytes`, or `storage_unavailable`; then nothing is kept.
   */
  put(bytes: AsyncIterable<Uint8Array>, maxBytes: number): Promise<{ sha256: string; size: number }>;
  /** @param range inclusive byte positions; the whole content without it. Null when the content is not there. */
  read(sha256: string, range?: { start: number; end: number }): Promise<Readable | null>;
  /** Removes what uploads left behind when their process died. */
  prune(): Promise<void>;
}

/** Far beyond the time that a request may take; it is written to until then. */
const ABANDONED_AFTER_MS = 6 * 3_600_000;

/** Keeps blobs in a folder that every process of this server shares: `ab/abcdef…`, written aside and renamed. */
export function createFolderBlobStore(folder: string, { newId, now }: Pick<Platform, 'newId' | 'now'>): BlobStore {
  const drafts = join(folder, 'drafts');
  const placeOf = (sha256: string) => join(folder, sha256.slice(0, 2), sha256);

  async function write(bytes: AsyncIterable<Uint8Array>, draft: string, maxBytes: number) {
    const hash = createHash('sha256');
    let size = 0;
    const file = await open(draft, 'wx', 0o600);
    try {
      for await (const chunk of bytes) {
        size += chunk.byteLength;
        if (size > maxBytes) throw new MarfaError('payload_too_large', `A blob holds at most ${maxBytes} bytes.`);
        hash.update(chunk);
        await file.writeFile(chunk);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    return { sha256: hash.digest('hex'), size };
  }

  return {
    async put(bytes, maxBytes) {
      const draft = join(drafts, newId());
      try {
        await mkdir(drafts, { recursive: true, mode: 0o700 });
        const written = await write(bytes, draft, maxBytes);
        const place = placeOf(written.sha256);
        await mkdir(dirname(place), { recursive: true, mode: 0o700 });
        await rename(draft, place);
        await syncFolder(dirname(place));
        return written;
      } catch (error) {
        await rm(draft, { force: true }).catch(() => undefined);
        throw asFault(error);
      }
    },

    async read(sha256, range) {
      const place = placeOf(sha256);
      const found = await stat(place).catch(() => null);
      return found ? createReadStream(place, range) : null;
    },

    async prune() {
      const names = await readdir(drafts).catch(() => []);
      for (const name of names) {
        const draft = join(drafts, name);
        const found = await stat(draft).catch(() => null);
        if (found && now().getTime() - found.mtimeMs > ABANDONED_AFTER_MS) await rm(draft, { force: true });
      }
    },
  };
}

/** A rename is on disk when its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const NO_ROOM = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'EIO', 'ENOTDIR', 'EMFILE']);

function asFault(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (!NO_ROOM.has(code)) return error;
  return new MarfaError('storage_unavailable', 'The blob could not be kept; nothing was stored. Try again later.', {
    cause: error,
  });
}
