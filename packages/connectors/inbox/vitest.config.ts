import { roomTests } from '@withmarfa/config/vitest';
import { defineConfig } from 'vitest/config';

export default defineConfig(roomTests('inbox', { testTimeout: 30_000 }));
