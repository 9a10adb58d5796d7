import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { repositoryRoot } from '../src/repository.ts';
import { runTool } from '../src/run-tool.ts';
import { PUBLISHED_PACKAGES } from './published-packages.ts';
import { readTarball } from './read-tarball.ts';

const tarballs = inject('tarballs');
const bin = (name: string) => join(repositoryRoot, 'packages/checks/node_modules/.bin', name);
const names = PUBLISHED_PACKAGES.map(({ name }) => name);
const tarballOf = (name: string) => tarballs[name] ?? '';

describe.each(names)('the tarball of %s', (name) => {
  it('holds built files and what people read, and no source, test or configuration', async () => {
    const { files } = await readTarball(tarballOf(name));
    const unexpected = files.filter(
      (file) =>
        !/^(dist\/.+\.(js|cjs|d\.ts|d\.cts)(\.map)?|schema\/.+\.json|package\.json|README\.md|LICENSE)$/.test(file),
    );
    expect(unexpected).toEqual([]);
    expect(files.filter((file) => /\.test\.|(^|\/)(src|test|fixtures)\//.test(file))).toEqual([]);
    expect(files).toContain('README.md');
    expect(files).toContain('LICENSE');
  });

  it('names no source condition and no workspace version', async () => {
    const { manifest, read } = await readTarball(tarballOf(name));
    const text = await read('package.json');
    expect(text).not.toMatch(/workspace:|catalog:/);
    const { exports, main, module, types } = manifest;
    expect(JSON.stringify({ exports, main, module, types })).not.toMatch(/@withmarfa\/source|src\//);
    expect(manifest.license).toBe('Apache-2.0');
    expect(manifest.private).toBeUndefined();
  });

  it('runs no script on the machine that installs it', async () => {
    const { manifest } = await readTarball(tarballOf(name));
    const scripts = Object.keys((manifest.scripts ?? {}) as object);
    expect(scripts.filter((script) => /^(pre|post)?(install|prepare|pack|publish)/.test(script))).toEqual([]);
  });

  it('asks of its siblings a range, and of no package an exact version', async () => {
    const { manifest } = await readTarball(tarballOf(name));
    for (const [dependency, range] of Object.entries((manifest.dependencies ?? {}) as Record<string, string>))
      expect(`${dependency} ${range}`).toMatch(/ \^\d/);
  });

  it('is clean to publint', async () => {
    const { code, stdout, stderr } = await runTool(bin('publint'), [tarballOf(name), '--strict'], {
      cwd: repositoryRoot,
    });
    expect(`${stdout}${stderr}`).toContain('All good!');
    expect(code).toBe(0);
  });

  it('has right types for every way to import it on a Node that knows exports', async () => {
    // A connector's ./local is started by Node as an ES module and is never required.
    const ignored = name.includes('/connector-') ? ['--ignore-rules', 'cjs-resolves-to-esm', 'no-resolution'] : [];
    const args = [tarballOf(name), '--profile', 'node16', '--no-emoji', '--no-color', ...ignored];
    const { code, stdout } = await runTool(bin('attw'), args, { cwd: repositoryRoot });
    expect(code, stdout).toBe(0);
  });
});
