import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryRoot } from '../src/repository.ts';
import { builtInImports } from './built-in-imports.ts';

const PORTABLE = [
  'packages/shared/dist/index.js',
  'packages/shared/dist/index.cjs',
  'packages/client/dist/index.js',
  'packages/client/dist/index.cjs',
  'packages/webhooks/dist/index.js',
  'packages/webhooks/dist/index.cjs',
  'packages/webhooks/dist/signing.js',
  'packages/webhooks/dist/signing.cjs',
  'packages/runtime-sdk/dist/index.js',
  'packages/runtime-sdk/dist/index.cjs',
  'packages/runtime-sdk/dist/host.js',
  'packages/runtime-sdk/dist/host.cjs',
];

describe('a bundle that must also run in a Worker and in a browser', () => {
  it.each(PORTABLE)('imports nothing of Node: %s', async (file) => {
    expect(await builtInImports(join(repositoryRoot, file))).toEqual([]);
  });

  it('can be told from one that does: the SDK’s local entry', async () => {
    const local = await builtInImports(join(repositoryRoot, 'packages/runtime-sdk/dist/local.js'));
    expect(local.some((line) => line.endsWith('node:process') || line.endsWith('node:net'))).toBe(true);
  });

  it('can be told from its twin on Node’s own hashing', async () => {
    for (const file of ['index-for-node.js', 'index-for-node.cjs']) {
      const found = await builtInImports(join(repositoryRoot, 'packages/webhooks/dist', file));
      expect(found.map((line) => line.split(': ')[1])).toContain('node:crypto');
    }
  });

  it.each([
    ['with its prefix', "import { readFile } from 'node:fs/promises';", 'node:fs/promises'],
    ['without its prefix', 'import{createHash}from"crypto";', 'crypto'],
    ['for its effects', "import 'node:process';", 'node:process'],
    ['later on', "const load = () => import('node:os');", 'node:os'],
    ['by require', 'var fs = require("fs");', 'fs'],
    ['by exporting it', "export { join } from 'node:path';", 'node:path'],
  ])('is refused when a file it reaches imports a built-in %s', async (_how, text, specifier) => {
    const folder = await mkdtemp(join(tmpdir(), 'marfa-bundle-'));
    try {
      await writeFile(join(folder, 'index.js'), "export { two } from './chunk.js';\nimport 'zod';\n");
      await writeFile(join(folder, 'chunk.js'), `import './index.js';\n${text}\nexport const two = 2;\n`);
      expect(await builtInImports(join(folder, 'index.js'))).toEqual([`${join(folder, 'chunk.js')}: ${specifier}`]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
