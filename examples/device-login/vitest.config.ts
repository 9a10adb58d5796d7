import { defineConfig } from 'vitest/config';

export default defineConfig({ test: { name: 'device-login', include: ['test/**/*.test.ts'], testTimeout: 120_000 } });
