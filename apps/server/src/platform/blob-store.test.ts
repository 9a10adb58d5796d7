import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { MarfaError } from '@withmarfa/shared';
import { v7 } from 'uuid';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createFolderBlobStore } from './blob-store.ts';

const platform = { newId: v7, now: () => new Date() };
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'marfa-blobs-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function* chunks(...parts: Uint8Array[]) {
  yield* parts;
}
const filesIn = async (path: string) =>
  (await readdir(path, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());

it('keeps bytes under the hash of their content, once, and gives back every part', async () => {
  const store = createFolderBlobStore(folder, platform);
  const content = randomBytes(200_000);
  const [first, again] = await Promise.all([
    store.put(chunks(content.subarray(0, 70_000), content.subarray(70_000)), 1e6),
    store.put(chunks(content), 1e6),
  ]);
  expect(first).toEqual({ sha256: createHash('sha256').update(content).digest('hex'), size: 200_000 });
  expect(again).toEqual(first);
  expect(await filesIn(folder)).toHaveLength(1);
  const whole = await store.read(first.sha256);
  expect(whole && (await buffer(whole)).equals(content)).toBe(true);
  const part = await store.read(first.sha256, { start: 10, end: 19 });
  expect(part && (await buffer(part)).equals(content.subarray(10, 20))).toBe(true);
});

it('keeps nothing of what is too large or breaks off', async () => {
  const store = createFolderBlobStore(folder, platform);
  const tooLarge = await store.put(chunks(randomBytes(60), randomBytes(60)), 100).catch((error: unknown) => error);
  expect(MarfaError.is(tooLarge, 'payload_too_large')).toBe(true);
  async function* broken() {
    yield randomBytes(10);
    throw new Error('the sender hung up');
  }
  await expect(store.put(broken(), 100)).rejects.toThrow('hung up');
  expect(await filesIn(folder)).toEqual([]);
});

it('clears away what a process that died had begun, and nothing that is being written', async () => {
  const store = createFolderBlobStore(folder, platform);
  const { sha256 } = await store.put(chunks(randomBytes(10)), 100);
  const [dead, alive] = [join(folder, 'drafts', v7()), join(folder, 'drafts', v7())];
  for (const draft of [dead, alive]) await writeFile(draft, 'half');
  const longAgo = new Date(Date.now() - 7 * 3_600_000);
  for (const file of [dead, join(folder, sha256.slice(0, 2), sha256)]) await utimes(file, longAgo, longAgo);
  await store.prune();
  expect((await filesIn(folder)).map(({ name }) => name).sort()).toEqual([basename(alive), sha256].sort());
  await rm(folder, { recursive: true });
  await store.prune();
});

it('answers null for what it does not hold', async () => {
  expect(await createFolderBlobStore(folder, platform).read('0'.repeat(64))).toBeNull();
});

it('says that the storage is unavailable when the folder cannot be used', async () => {
  const store = createFolderBlobStore('/dev/null/blobs', platform);
  const fault = await store.put(chunks(randomBytes(1)), 100).catch((error: unknown) => error);
  expect(MarfaError.is(fault, 'storage_unavailable')).toBe(true);
});
