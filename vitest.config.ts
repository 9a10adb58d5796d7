import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      'packages/*/vitest.config.ts',
      'packages/webhooks/vitest.workerd.config.ts',
      'packages/connectors/*/vitest.config.ts',
      'apps/*/vitest.config.ts',
    ],
  },
});
