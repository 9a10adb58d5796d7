import type { Options } from 'tsup';

/**
 * The tsup options of every library: ESM and CommonJS with types for both.
 * `removeNodeProtocol: false` keeps `node:` on built-ins, which Workers and some bundlers need.
 */
export function libraryOptions(entry: Record<string, string>, overrides: Options = {}): Options {
  return {
    entry,
    format: ['esm', 'cjs'],
    dts: true,
    sourcemap: true,
    clean: true,
    target: 'node20',
    treeshake: true,
    removeNodeProtocol: false,
    ...overrides,
  };
}
