import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// The examples stand on the built packages, as they would outside this repository: no source condition here.
export default defineConfig({
  root: fileURLToPath(new URL('../../../', import.meta.url)),
  test: { projects: ['examples/*/vitest.config.ts'] },
});
