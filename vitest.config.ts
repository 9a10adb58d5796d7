import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Most suites wait for servers and databases of their own; one worker a core keeps both cores busy.
    maxWorkers: 2,
    projects: ['packages/*/vitest.config.ts', 'packages/connectors/*/vitest.config.ts', 'apps/*/vitest.config.ts'],
  },
});
