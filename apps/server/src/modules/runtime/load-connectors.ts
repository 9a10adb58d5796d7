import { existsSync, readFileSync, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type IntegrationManifest, MarfaError, parseManifest } from '@withmarfa/shared';
import { resolve as resolveModule } from 'import-meta-resolve';
import { z } from 'zod';

/** A connector that this server can run. */
export interface LoadedConnector {
  manifest: IntegrationManifest;
  /** The file its process is started with. */
  entry: string;
}

export interface LoadedConnectors {
  connectors: LoadedConnector[];
  /** One line for each that could not be loaded; the others run all the same. */
  faults: string[];
}

const PackageSchema = z.looseObject({ name: z.string(), exports: z.unknown() });

/**
 * Loads the connectors named in `MARFA_CONNECTORS`.
 * @param names npm package names, or folders: absolute, or starting with a dot.
 * @param workingFolder what relative folders start from, and where packages are looked for besides the server's own.
 */
export async function loadConnectors(names: readonly string[], workingFolder: string): Promise<LoadedConnectors> {
  const connectors: LoadedConnector[] = [];
  const faults: string[] = [];
  for (const name of names) {
    try {
      connectors.push(await loadConnector(name, workingFolder));
    } catch (error) {
      const issues =
        MarfaError.is(error) && Array.isArray(error.details?.issues) ? ` ${JSON.stringify(error.details.issues)}` : '';
      faults.push(
        `connector ${name} cannot be loaded: ${error instanceof Error ? error.message : String(error)}${issues}`,
      );
    }
  }
  return { connectors, faults };
}

async function loadConnector(name: string, workingFolder: string): Promise<LoadedConnector> {
  const isFolder = isAbsolute(name) || name.startsWith('.') || isDirectory(resolve(workingFolder, name));
  const resolveExport = isFolder ? fromFolder(resolve(workingFolder, name)) : fromPackage(name, workingFolder);
  const main = (await import(resolveExport('.'))) as { manifest?: unknown };
  if (main.manifest === undefined) throw new MarfaError('validation_error', 'its main entry exports no manifest');
  const entry = fileURLToPath(resolveExport('./local'));
  if (!existsSync(entry))
    throw new MarfaError('validation_error', `its entry ./local is ${entry}, which does not exist; build it first`);
  return { manifest: parseManifest(main.manifest), entry };
}

/** @returns file URLs of a package's exports, found from the server itself or from the working folder. */
function fromPackage(name: string, workingFolder: string): (subpath: '.' | './local') => string {
  return (subpath) => {
    const specifier = subpath === '.' ? name : `${name}/${subpath.slice(2)}`;
    try {
      return import.meta.resolve(specifier);
    } catch {
      return resolveModule(specifier, pathToFileURL(join(workingFolder, 'package.json')).href);
    }
  };
}

/** @returns file URLs of the exports that a folder's package.json declares: Node resolves a package by its own name from inside. */
function fromFolder(folder: string): (subpath: '.' | './local') => string {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) throw new MarfaError('validation_error', `${folder} has no package.json`);
  const { name, exports } = PackageSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  if (exports === undefined)
    throw new MarfaError('validation_error', `${file} declares no exports; it needs "." and "./local"`);
  return (subpath) => resolveModule(subpath === '.' ? name : `${name}/${subpath.slice(2)}`, pathToFileURL(file).href);
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
