import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { repositoryRoot } from '../src/repository.ts';
import { runTool } from '../src/run-tool.ts';
import { PUBLISHED_PACKAGES } from './published-packages.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The tarball of each published package, by its name. */
    tarballs: Record<string, string>;
  }
}

/** Packs every published package once for all suites. @returns what removes them again. */
export default async function packAll(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'marfa-tarballs-'));
  const tarballs: Record<string, string> = {};
  for (const { name, folder: source } of PUBLISHED_PACKAGES) {
    const args = ['pack', '--json', '--pack-destination', folder];
    const { code, stdout, stderr } = await runTool('pnpm', args, { cwd: join(repositoryRoot, source) });
    if (code !== 0) throw new Error(`pnpm pack of ${name} failed:\n${stdout}${stderr}`);
    const packed: { filename: string } = JSON.parse(stdout);
    tarballs[name] = packed.filename;
  }
  project.provide('tarballs', tarballs);
  return () => rm(folder, { recursive: true, force: true });
}
