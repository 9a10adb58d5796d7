import { join } from 'node:path';
import { repositoryRoot } from '../repository.ts';

/** One part of the run. A suite writes a report whose tests are counted; any other step only passes or fails. */
export interface Step {
  name: string;
  commands: (readonly [command: string, ...args: string[]])[];
  /** Steps without which this one means nothing. */
  needs?: string[];
  reportFile?: string;
  /** Variables besides those of the whole run. */
  variables?: Record<string, string>;
}

const reports = join(repositoryRoot, '.reports');
const turbo = (task: string) => ['turbo', 'run', task, '--ui=stream', '--output-logs=errors-only'] as const;

function suite(name: string, config: string, needs: string[], ...options: string[]): Step {
  const reportFile = join(reports, `${name}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
  return { name, needs, reportFile, commands: [['vitest', 'run', '--config', config, ...reporters, ...options]] };
}

/** The whole run, in order: quick judgements first, then the build, then everything that stands on it. */
export const STEPS: Step[] = [
  {
    name: 'format and lint',
    commands: [
      ['biome', 'check', '--error-on-warnings', '.'],
      ['oxlint', '--type-aware'],
    ],
  },
  {
    name: 'walls',
    commands: [['depcruise', '--config', '.dependency-cruiser.cjs', 'packages', 'apps', 'examples']],
  },
  { name: 'build', commands: [turbo('build')] },
  { name: 'types', needs: ['build'], commands: [turbo('typecheck')] },
  // Two at a time: a suite mostly waits for a server of its own. Projects do not read this from the configuration.
  { ...suite('tests', 'vitest.config.ts', ['build'], '--maxWorkers=2'), variables: { MARFA_TEST_BUILT: 'true' } },
  suite('packaging', 'packages/checks/packaging/vitest.config.ts', ['build']),
  suite('examples', 'packages/checks/examples/vitest.config.ts', ['build']),
];
