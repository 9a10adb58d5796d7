import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { name: 'verify-webhook-worker', include: ['test/**/*.test.ts'], testTimeout: 60_000 },
});
