import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// Runs after the build: what is judged here is what would be published.
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  test: {
    name: 'packaging',
    include: ['*.test.ts'],
    globalSetup: ['./pack-all.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
