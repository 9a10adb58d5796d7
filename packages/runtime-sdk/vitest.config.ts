import { roomTests } from '@withmarfa/config/vitest';
import { defineConfig } from 'vitest/config';

// Many tests start a process of their own, which takes seconds on a busy machine.
export default defineConfig(roomTests('runtime-sdk', { testTimeout: 30_000 }));
