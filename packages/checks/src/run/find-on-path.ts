import { accessSync, constants } from 'node:fs';
import { delimiter, join, resolve, sep } from 'node:path';

/**
 * Looks for a command as a shell would.
 * @param options.path the value of PATH.
 * @param options.outside a folder whose commands do not count.
 * @returns the absolute file, or null.
 */
export function findOnPath(
  commands: readonly string[],
  options: { path: string | undefined; outside?: string },
): string | null {
  const folders = (options.path ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const command of commands) {
    for (const folder of folders) {
      const file = resolve(join(folder, command));
      if (options.outside !== undefined && file.startsWith(options.outside + sep)) continue;
      if (isExecutable(file)) return file;
    }
  }
  return null;
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
