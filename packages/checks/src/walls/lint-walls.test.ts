import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repositoryRoot } from '../repository.ts';
import { runTool } from '../run-tool.ts';
import { copyTree, type TreeCopy } from './copy-tree.ts';

interface SeededFault {
  what: string;
  file: string;
  text: string;
  rule: string;
}

const IN = 'packages/shared/src';

/** Each text keeps every rule but one. */
const FAULTS: SeededFault[] = [
  {
    what: 'a line the formatter would change',
    file: `${IN}/seed-format.ts`,
    text: 'export const one = "two" ;\n',
    rule: 'format',
  },
  {
    what: 'any',
    file: `${IN}/seed-any.ts`,
    text: 'export function first(list: any) {\n  return list[0];\n}\n',
    rule: 'lint/suspicious/noExplicitAny',
  },
  {
    what: 'a line printed with console',
    file: `${IN}/seed-console.ts`,
    text: "export function greet() {\n  console.log('hello');\n}\n",
    rule: 'lint/suspicious/noConsole',
  },
  {
    what: 'a default export',
    file: `${IN}/seed-default.ts`,
    text: 'export default function nothing() {}\n',
    rule: 'lint/style/noDefaultExport',
  },
  {
    what: 'an assertion that something is there',
    file: `${IN}/seed-assertion.ts`,
    text: 'export const firstOf = (list: string[]) => list[0]!;\n',
    rule: 'lint/style/noNonNullAssertion',
  },
  {
    what: 'a type imported as a value',
    file: `${IN}/seed-import-type.ts`,
    text: "import { Issue } from './errors/marfa-error.ts';\n\nexport type Place = Issue['path'];\n",
    rule: 'lint/style/useImportType',
  },
  {
    what: 'a built-in without its prefix',
    file: `${IN}/seed-protocol.ts`,
    text: "import { join } from 'path';\n\nexport const here = join('.');\n",
    rule: 'lint/style/useNodejsImportProtocol',
  },
  {
    what: 'a door without names',
    file: `${IN}/seed-star.ts`,
    text: "export * from './index.ts';\n",
    rule: 'lint/performance/noReExportAll',
  },
  {
    what: 'a suite that runs alone',
    file: `${IN}/seed-only.test.ts`,
    text: "import { expect, it } from 'vitest';\n\nit.only('runs alone', () => {\n  expect(1).toBe(1);\n});\n",
    rule: 'lint/suspicious/noFocusedTests',
  },
  {
    what: 'a skipped test',
    file: `${IN}/seed-skip.test.ts`,
    text: "import { expect, it } from 'vitest';\n\nit.skip('never runs', () => {\n  expect(1).toBe(1);\n});\n",
    rule: 'lint/suspicious/noSkippedTests',
  },
  {
    what: 'a file named otherwise than its kind',
    file: `${IN}/seedName.ts`,
    text: 'export const seeded = true;\n',
    rule: 'lint/style/useFilenamingConvention',
  },
  {
    what: 'a file of 401 lines',
    file: `${IN}/seed-long.ts`,
    text: `${Array.from({ length: 401 }, (_, line) => `export const line${line} = ${line};`).join('\n')}\n`,
    rule: 'lint/style/noExcessiveLinesPerFile',
  },
  {
    what: 'the environment read outside main.ts',
    file: 'apps/server/src/platform/seed-env.ts',
    text: 'export const port = process.env.PORT;\n',
    rule: 'lint/style/noProcessEnv',
  },
];

const PROMISES: SeededFault[] = [
  {
    what: 'a promise that nobody waits for',
    file: `${IN}/seed-floating.ts`,
    text: 'export function start(work: () => Promise<void>) {\n  work();\n}\n',
    rule: 'typescript(no-floating-promises)',
  },
  {
    what: 'a promise taken for a truth',
    file: `${IN}/seed-misused.ts`,
    text: "export function tell(work: Promise<boolean>) {\n  return work ? 'yes' : 'no';\n}\n",
    rule: 'typescript(no-misused-promises)',
  },
];

const ALLOWED = [
  ['a command of the checks may print', 'packages/checks/src/seed-console.ts', "console.log('hello');\n"],
  ['a tool may be configured by a default export', `${IN}/../seed.config.ts`, 'export default {};\n'],
] as const;

let tree: TreeCopy;
let biome: { category: string; location: { path: string } }[];
let oxlint: { code: string; filename: string }[];

beforeAll(async () => {
  tree = await copyTree();
  for (const { file, text } of [...FAULTS, ...PROMISES]) await tree.write(file, text);
  for (const [, file, text] of ALLOWED) await tree.write(file, text);
  const bin = (name: string) => join(repositoryRoot, 'node_modules/.bin', name);
  const biomeArgs = ['check', '--reporter=json', '--max-diagnostics=none', '--vcs-enabled=false'];
  const [fromBiome, fromOxlint] = await Promise.all([
    runTool(bin('biome'), [...biomeArgs, 'packages/shared', 'packages/checks', 'apps/server'], { cwd: tree.root }),
    runTool(bin('oxlint'), ['--type-aware', '--format=json', IN], { cwd: tree.root }),
  ]);
  biome = JSON.parse(fromBiome.stdout).diagnostics;
  oxlint = JSON.parse(fromOxlint.stdout).diagnostics;
});

afterAll(async () => {
  await tree?.remove();
});

const biomeRulesIn = (file: string) =>
  biome.filter((found) => found.location.path.endsWith(file)).map((found) => found.category);

describe('the formatter and the linter', () => {
  it.each(FAULTS.map((fault) => [fault.what, fault] as const))('stop %s', (_what, { file, rule }) => {
    expect([...new Set(biomeRulesIn(file))]).toEqual([rule]);
  });

  it.each(PROMISES.map((fault) => [fault.what, fault] as const))('stop %s', (_what, { file, rule }) => {
    expect(oxlint.filter((found) => found.filename.endsWith(file)).map((found) => found.code)).toEqual([rule]);
  });

  it.each(ALLOWED.map(([what, file]) => [what, file] as const))('let by what is meant: %s', (_what, file) => {
    expect(biomeRulesIn(file.replace('src/../', ''))).toEqual([]);
  });
});
