import type { ViteUserConfig } from 'vitest/config';

const SOURCE_CONDITION = '@withmarfa/source';

/**
 * The vitest options of every room: workspace packages resolve to their sources,
 * so no build is needed to test.
 */
export function roomTests(name: string, overrides: ViteUserConfig['test'] = {}): ViteUserConfig {
  return {
    resolve: { conditions: [SOURCE_CONDITION, 'module', 'node', 'default'] },
    ssr: { resolve: { conditions: [SOURCE_CONDITION, 'module', 'node', 'default'] } },
    test: {
      name,
      include: ['src/**/*.test.{ts,tsx}', 'test/**/*.test.{ts,tsx}'],
      passWithNoTests: false,
      ...overrides,
    },
  };
}
