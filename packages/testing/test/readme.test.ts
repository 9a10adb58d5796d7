import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const ROOM = fileURLToPath(new URL('..', import.meta.url));
const run = promisify(execFile);

/** Puts the README's code into a folder of this package, where it finds what an author would have installed. */
async function aFolderWithTheExample() {
  const readme = await readFile(join(ROOM, 'README.md'), 'utf8');
  const [, code = ''] = /^```ts\n([\s\S]*?)^```$/m.exec(readme) ?? [];
  const folder = await mkdtemp(join(ROOM, 'test/readme-'));
  await writeFile(join(folder, 'tides.test.ts'), code);
  return { file: join(folder, 'tides.test.ts'), [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}

it('shows a test in the README that compiles, runs and holds', { timeout: 120_000 }, async () => {
  await using folder = await aFolderWithTheExample();
  await expect(run(process.execPath, ['--conditions=@withmarfa/source', folder.file])).resolves.toBeDefined();
  const config = join(folder.file, '../tsconfig.json');
  await writeFile(config, JSON.stringify({ extends: '../../tsconfig.json', include: ['.'] }));
  const tsc = join(ROOM, 'node_modules/typescript/bin/tsc');
  await expect(run(process.execPath, [tsc, '-p', config, '--noEmit'])).resolves.toBeDefined();
});
