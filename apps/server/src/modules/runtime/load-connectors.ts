import { existsSync, readFileSync, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type IntegrationManifest, type Issue, MarfaError, parseManifest } from '@withmarfa/shared';
import { resolve as resolveModule } from 'import-meta-resolve';
import { z } from 'zod';
import type { Logger } from '../../platform/logger.ts';
import { startConnectorProcess } from './connector-process.ts';

/** A connector that this server can run. */
export interface LoadedConnector {
  manifest: IntegrationManifest;
  /** Whether it has a renew hook. */
  renews: boolean;
  /** The file its process is started with. */
  entry: string;
}

export interface LoadedConnectors {
  connectors: LoadedConnector[];
  /** One line for each that could not be loaded; the others run all the same. */
  faults: string[];
}

export interface LoadOptions {
  /** What relative folders start from, and where packages are looked for besides the server's own. */
  workingFolder: string;
  environment: Readonly<Record<string, string>>;
  logger: Logger;
}

/** The subpath of a connector package whose file is its process. */
const ENTRY = './local';
const PackageSchema = z.looseObject({ name: z.string(), exports: z.unknown() });

/**
 * Finds the connectors named in `MARFA_CONNECTORS` and asks each, in a process of its own, for its manifest: no code of
 * a connector ever runs in the server's process.
 * @param names npm package names, or folders: absolute, or relative to the working folder.
 */
export async function loadConnectors(names: readonly string[], options: LoadOptions): Promise<LoadedConnectors> {
  const results = await Promise.all(names.map((name) => tryLoad(name, options)));
  return {
    connectors: results.flatMap((result) => ('connector' in result ? [result.connector] : [])),
    faults: results.flatMap((result) => ('fault' in result ? [result.fault] : [])),
  };
}

async function tryLoad(
  name: string,
  options: LoadOptions,
): Promise<{ connector: LoadedConnector } | { fault: string }> {
  try {
    return { connector: await loadConnector(name, options) };
  } catch (error) {
    const issues =
      MarfaError.is(error) && Array.isArray(error.details?.issues) ? (error.details.issues as Issue[]) : [];
    const rest = issues.slice(1).map((issue) => ` ${issue.path}: ${issue.message}.`);
    return {
      fault: `The connector ${name} cannot be loaded: ${error instanceof Error ? error.message : String(error)}${rest.join('')}`,
    };
  }
}

async function loadConnector(
  name: string,
  { workingFolder, environment, logger }: LoadOptions,
): Promise<LoadedConnector> {
  const folder = resolve(workingFolder, name);
  const isFolder = isAbsolute(name) || name.startsWith('.') || isDirectory(folder);
  const entry = fileURLToPath(isFolder ? entryOfFolder(folder) : entryOfPackage(name, workingFolder));
  if (!existsSync(entry))
    throw new MarfaError('validation_error', `its entry ${ENTRY} is ${entry}, which does not exist; build it first.`);
  const process = startConnectorProcess({ entry, name, environment, outboundAllow: [], logger });
  const introduction = await process.introduction;
  process.kill();
  if (!introduction.ok) throw new MarfaError('validation_error', `${introduction.reason}.`);
  return { manifest: parseManifest(introduction.manifest), renews: introduction.renews, entry };
}

/** Packages are found from the server itself, then from the working folder. */
function entryOfPackage(name: string, workingFolder: string): string {
  const specifier = `${name}/${ENTRY.slice(2)}`;
  try {
    return import.meta.resolve(specifier);
  } catch {
    return resolveModule(specifier, pathToFileURL(join(workingFolder, 'package.json')).href);
  }
}

/** Node resolves a package by its own name from inside, by the `exports` of its package.json. */
function entryOfFolder(folder: string): string {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) throw new MarfaError('validation_error', `${folder} has no package.json.`);
  const { name, exports } = PackageSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  if (exports === undefined)
    throw new MarfaError('validation_error', `${file} declares no exports; it needs "${ENTRY}".`);
  return resolveModule(`${name}/${ENTRY.slice(2)}`, pathToFileURL(file).href);
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
