import { roomTests } from '@withmarfa/config/vitest';
import { defineConfig } from 'vitest/config';

export default defineConfig(roomTests('testing', { testTimeout: 30_000 }));
