import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { repositoryRoot } from '../repository.ts';

const ROOT_FILES = ['.dependency-cruiser.cjs', '.gitignore', '.oxlintrc.json', 'biome.json', 'package.json'];
const FOLDERS = ['packages', 'apps', 'examples'];
const LEFT_OUT = new Set(['dist', '.turbo', '.reports', 'coverage', '.marfa', 'fixtures']);

/** A throw-away copy of the workspace, in which faults can be seeded. */
export interface TreeCopy {
  root: string;
  /** Writes a file, its folders included; `path` is relative to the root. */
  write(path: string, text: string): Promise<void>;
  /** Lets every room import every other by its name, as if each package.json named them all. */
  linkEveryRoom(): Promise<void>;
  /** Lets a room import a registry package that another room depends on. */
  linkLibrary(room: string, library: string, from: string): Promise<void>;
  remove(): Promise<void>;
}

/** Copies sources, manifests and tool configuration; installed packages are linked, not copied. */
export async function copyTree(): Promise<TreeCopy> {
  const root = await mkdtemp(join(tmpdir(), 'marfa-walls-'));
  const at = (path: string) => join(root, path);
  for (const file of ROOT_FILES) await cp(join(repositoryRoot, file), at(file));
  for (const folder of FOLDERS) {
    await cp(join(repositoryRoot, folder), at(folder), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (source) => !source.split(sep).some((part) => LEFT_OUT.has(part) || part === '.bin'),
    });
  }
  await symlink(join(repositoryRoot, 'node_modules'), at('node_modules'), 'dir');

  async function link(path: string, target: string) {
    await mkdir(dirname(at(path)), { recursive: true });
    await rm(at(path), { force: true, recursive: true });
    await symlink(target, at(path), 'dir');
  }

  return {
    root,
    async write(path, text) {
      await mkdir(dirname(at(path)), { recursive: true });
      await writeFile(at(path), text);
    },
    async linkEveryRoom() {
      const rooms = await roomFolders(root);
      for (const room of rooms)
        for (const [name, target] of NAMED_ROOMS) await link(`${room}/node_modules/@withmarfa/${name}`, at(target));
    },
    linkLibrary: (room, library, from) =>
      link(`${room}/node_modules/${library}`, join(repositoryRoot, from, 'node_modules', library)),
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

const NAMED_ROOMS = [
  ['shared', 'packages/shared'],
  ['runtime-sdk', 'packages/runtime-sdk'],
  ['engine', 'packages/engine'],
  ['testing', 'packages/testing'],
  ['connector-rss-watcher', 'packages/connectors/rss-watcher'],
] as const;

async function roomFolders(root: string): Promise<string[]> {
  const parents = [...FOLDERS, 'packages/connectors'];
  const found = await Promise.all(
    parents.map(async (parent) => {
      const entries = await readdir(join(root, parent), { withFileTypes: true });
      return entries.filter((entry) => entry.isDirectory()).map((entry) => `${parent}/${entry.name}`);
    }),
  );
  return found.flat().filter((folder) => folder !== 'packages/connectors');
}
