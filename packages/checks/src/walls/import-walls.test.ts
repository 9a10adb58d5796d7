import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repositoryRoot } from '../repository.ts';
import { runTool } from '../run-tool.ts';
import { copyTree, type TreeCopy } from './copy-tree.ts';
import { SEED_TARGETS, SEEDED_IMPORTS } from './seeded-imports.ts';

interface Violation {
  from: string;
  to: string;
  rule: { name: string };
}

const config: { forbidden: { name: string }[] } = createRequire(import.meta.url)(
  join(repositoryRoot, '.dependency-cruiser.cjs'),
);

async function violationsIn(tree: TreeCopy): Promise<Violation[]> {
  const cruiser = join(repositoryRoot, 'node_modules/.bin/depcruise');
  const args = ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'packages', 'apps', 'examples'];
  const { stdout, stderr } = await runTool(cruiser, args, { cwd: tree.root });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout).summary.violations;
}

let tree: TreeCopy;
let clean: Violation[];
let seeded: Violation[];

beforeAll(async () => {
  tree = await copyTree();
  clean = await violationsIn(tree);
  await tree.write('packages/connectors/another/package.json', '{ "type": "module" }');
  await tree.linkEveryRoom();
  await tree.linkLibrary('packages/shared', 'undici', 'packages/runtime-sdk');
  await tree.linkLibrary('packages/engine', 'undici', 'packages/runtime-sdk');
  await tree.linkLibrary('packages/client', 'croner', 'packages/shared');
  await tree.linkLibrary('packages/webhooks', 'croner', 'packages/shared');
  await tree.linkLibrary('packages/runtime-sdk', 'croner', 'packages/shared');
  for (const { file, text } of SEED_TARGETS) if (!existsSync(join(tree.root, file))) await tree.write(file, text);
  for (const { file, text } of SEEDED_IMPORTS) await tree.write(file, text);
  seeded = await violationsIn(tree);
});

afterAll(async () => {
  await tree?.remove();
});

describe('the walls between rooms', () => {
  it('stand in the tree as it is', () => {
    expect(clean.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`)).toEqual([]);
  });

  it.each(SEEDED_IMPORTS.map(({ file, text, rules }) => [file, text.trim(), rules] as const))(
    'stop %s with %s',
    (file, _text, rules) => {
      const fired = new Set(seeded.filter((violation) => violation.from === file).map(({ rule }) => rule.name));
      expect([...fired].sort()).toEqual([...rules].sort());
    },
  );

  it('have each been seen to fall: every rule has a seed', () => {
    const seen = new Set(SEEDED_IMPORTS.flatMap(({ rules }) => rules));
    expect(config.forbidden.map(({ name }) => name).filter((name) => !seen.has(name))).toEqual([]);
  });
});
