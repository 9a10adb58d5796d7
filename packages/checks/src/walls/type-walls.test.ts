import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repositoryRoot } from '../repository.ts';
import { runTool } from '../run-tool.ts';
import { copyTree, type TreeCopy } from './copy-tree.ts';

const PORTABLE = [
  ['packages/shared', 'tsconfig.json'],
  ['packages/client', 'tsconfig.portable.json'],
  ['packages/webhooks', 'tsconfig.portable.json'],
  ['packages/engine', 'tsconfig.portable.json'],
  ['packages/runtime-sdk', 'tsconfig.portable.json'],
] as const;

/** What only Node has; a Worker and a browser do not. */
const NODE_GLOBALS = ['process', 'Buffer', '__dirname', 'setImmediate'];

/** Each text breaks one setting of the strict base, which tells it by its own code. */
const LOOSE: { setting: string; text: string; code: string }[] = [
  { setting: 'noImplicitAny', text: 'export const lengthOf = (text) => text;', code: 'TS7006' },
  { setting: 'strictNullChecks', text: 'export const shout = (text: string | null) => text.trim();', code: 'TS18047' },
  {
    setting: 'noUncheckedIndexedAccess',
    text: 'export const firstOf = (list: string[]): string => list[0];',
    code: 'TS2322',
  },
  {
    setting: 'exactOptionalPropertyTypes',
    text: 'export const named: { name?: string } = { name: undefined };',
    code: 'TS2375',
  },
  {
    setting: 'noImplicitOverride',
    text: "class Shape { name() { return ''; } }\nexport class Square extends Shape { name() { return 'x'; } }",
    code: 'TS4114',
  },
  { setting: 'noUnusedLocals', text: 'const forgotten = 1;\nexport {};', code: 'TS6133' },
  { setting: 'noUnusedParameters', text: 'export const ignore = (given: string) => 1;', code: 'TS6133' },
  { setting: 'erasableSyntaxOnly', text: 'export enum Colour { Red }', code: 'TS1294' },
  {
    setting: 'verbatimModuleSyntax',
    text: "import { Issue } from './errors/marfa-error.ts';\nexport type Place = Issue;",
    code: 'TS1484',
  },
  {
    setting: 'noFallthroughCasesInSwitch',
    text: 'export function pick(n: number) { switch (n) { case 1: n += 1; default: return n; } }',
    code: 'TS7029',
  },
];

const looseFile = (setting: string) => `packages/shared/src/seed-${setting.toLowerCase()}.ts`;

let tree: TreeCopy;
let faults: string[];

async function typeFaults(room: string, config: string): Promise<string[]> {
  const { stdout } = await runTool(join(repositoryRoot, 'node_modules/.bin/tsc'), ['-p', config, '--pretty', 'false'], {
    cwd: join(tree.root, room),
  });
  return stdout.split('\n').flatMap((line) => (line.startsWith('src/seed-') ? [`${room}/${line}`] : []));
}

beforeAll(async () => {
  tree = await copyTree();
  for (const [room] of PORTABLE)
    for (const name of NODE_GLOBALS)
      await tree.write(`${room}/src/seed-${name.toLowerCase()}.ts`, `export const seen = typeof ${name} && ${name};\n`);
  for (const { setting, text } of LOOSE) await tree.write(looseFile(setting), `${text}\n`);
  faults = (await Promise.all(PORTABLE.map(([room, config]) => typeFaults(room, config)))).flat();
});

afterAll(async () => {
  await tree?.remove();
});

const faultsIn = (file: string) => faults.filter((fault) => fault.startsWith(`${file}(`));

describe('the compiler', () => {
  const portable = PORTABLE.flatMap(([room]) => NODE_GLOBALS.map((name) => [name, room] as const));

  it.each(portable)('finds no %s in the portable room %s', (name, room) => {
    const told = faultsIn(`${room}/src/seed-${name.toLowerCase()}.ts`);
    expect(told.length).toBeGreaterThan(0);
    expect(told[0]).toMatch(/Cannot find name/);
  });

  it.each(LOOSE.map(({ setting, code }) => [setting, code] as const))('is strict: %s tells %s', (setting, code) => {
    const told = faultsIn(looseFile(setting));
    expect(told).toHaveLength(1);
    expect(told[0]).toContain(`error ${code}:`);
  });
});
