import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { name: 'verify-webhook-express', include: ['test/**/*.test.ts'], testTimeout: 60_000 },
});
