import { roomTests } from '@withmarfa/config/vitest';
import { defineConfig } from 'vitest/config';

// Each suite copies the tree and runs whole tools on it.
export default defineConfig(roomTests('checks', { testTimeout: 60_000, hookTimeout: 120_000 }));
