import { roomTests } from '@withmarfa/config/vitest';
import { defineConfig } from 'vitest/config';

export default defineConfig(roomTests('server', { testTimeout: 30_000, hookTimeout: 60_000 }));
