import { defineConfig } from 'vitest/config';

export default defineConfig({ test: { name: 'hello-connector', include: ['test/**/*.test.ts'] } });
