import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryRoot } from '../src/repository.ts';
import { runTool } from '../src/run-tool.ts';

interface Room {
  name: string;
  version: string;
  private: boolean;
}

async function roomsOfTheWorkspace(): Promise<Room[]> {
  const { stdout } = await runTool('pnpm', ['list', '--recursive', '--depth', '-1', '--json'], { cwd: repositoryRoot });
  return JSON.parse(stdout);
}

async function changesets(): Promise<{ file: string; releases: [name: string, bump: string][] }[]> {
  const folder = join(repositoryRoot, '.changeset');
  const files = (await readdir(folder)).filter((file) => file.endsWith('.md') && file !== 'README.md');
  return Promise.all(
    files.map(async (file) => {
      const [, head = ''] = (await readFile(join(folder, file), 'utf8')).split(/^---$/m);
      const releases = [...head.matchAll(/^["']([^"']+)["']: *(\w+)$/gm)];
      return { file, releases: releases.map(([, name = '', bump = '']): [string, string] => [name, bump]) };
    }),
  );
}

describe('releases', () => {
  it('are independent: no package’s version is tied to another’s', async () => {
    const config = JSON.parse(await readFile(join(repositoryRoot, '.changeset/config.json'), 'utf8'));
    expect(config).toMatchObject({ fixed: [], linked: [], access: 'public', privatePackages: { version: false } });
  });

  it('are announced only for packages that exist and are published', async () => {
    const published = (await roomsOfTheWorkspace()).filter((room) => !room.private).map((room) => room.name);
    expect(published.sort()).toEqual([
      '@withmarfa/client',
      '@withmarfa/connector-google-calendar',
      '@withmarfa/connector-rss-watcher',
      '@withmarfa/connector-todoist',
      '@withmarfa/runtime-sdk',
      '@withmarfa/server',
      '@withmarfa/shared',
      '@withmarfa/testing',
      '@withmarfa/webhooks',
    ]);
    for (const { file, releases } of await changesets()) {
      expect(releases.length, file).toBeGreaterThan(0);
      for (const [name, bump] of releases) {
        expect(published, file).toContain(name);
        expect(['patch', 'minor', 'major'], file).toContain(bump);
      }
    }
  });

  it('could be published as things stand', async () => {
    const { code, stdout, stderr } = await runTool(
      'pnpm',
      ['--recursive', 'publish', '--dry-run', '--no-git-checks', '--access', 'public'],
      { cwd: repositoryRoot },
    );
    expect(code, `${stdout}${stderr}`).toBe(0);
  });
});
