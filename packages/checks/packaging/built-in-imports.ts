import { readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';

const SPECIFIER = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*(["'])([^"'\n]+)\1/g;

/**
 * Lists what a built file imports from Node itself, through every file of its own package that it reaches.
 * A bundle that reaches a built-in cannot run in a Worker or a browser.
 * @param file the entry, absolute.
 * @returns `<file>: <specifier>` for each, with and without the `node:` prefix.
 */
export async function builtInImports(file: string, seen: Set<string> = new Set()): Promise<string[]> {
  if (seen.has(file)) return [];
  seen.add(file);
  const text = await readFile(file, 'utf8');
  const found: string[] = [];
  for (const [, , specifier = ''] of text.matchAll(SPECIFIER)) {
    if (isBuiltin(specifier)) found.push(`${file}: ${specifier}`);
    else if (specifier.startsWith('.')) found.push(...(await builtInImports(join(dirname(file), specifier), seen)));
  }
  return found;
}
