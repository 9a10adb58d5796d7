import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { name: 'sign-in-with-marfa', include: ['test/**/*.test.ts'], testTimeout: 120_000 },
});
