import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';

// The portable sentences once more, in workerd, the runtime of Cloudflare Workers.
const conditions = ['@withmarfa/source', 'workerd', 'module', 'default'];
const miniflare = { compatibilityDate: '2026-11-01', compatibilityFlags: ['nodejs_compat'], cf: false as const };

export default defineConfig({
  plugins: [cloudflareTest({ miniflare })],
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: { name: 'webhooks-workerd', include: ['test/portable/**/*.test.ts'], testTimeout: 30_000, isolate: false },
});
