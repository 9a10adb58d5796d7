import { defineConfig } from 'tsup';

export default defineConfig({
  entry: { main: 'src/main.ts' },
  format: ['esm'],
  sourcemap: true,
  clean: true,
  target: 'node22',
  removeNodeProtocol: false,
  // The engine is private: it is built into the server. Everything else is a dependency.
  noExternal: ['@withmarfa/engine'],
  esbuildOptions(options) {
    options.jsx = 'automatic';
    options.jsxImportSource = 'preact';
  },
});
