import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryRoot } from '../repository.ts';
import { readRequirements } from './read-requirements.ts';
import { readTestTitles } from './read-test-titles.ts';

const REASON = /^(Not yet|By hand|By decision \d+|In part): /;
const folder = join(repositoryRoot, 'apps/docs/requirements');
const testFiles = globSync('{apps,packages}/**/*.test.{ts,tsx}', {
  cwd: repositoryRoot,
  exclude: (path) => /(^|\/)(node_modules|dist)$/.test(path),
}).map((path) => path.replaceAll('\\', '/'));
const tables = globSync('*.md', { cwd: folder }).filter((name) => name !== 'README.md');

/** Every fault of a table: rows without anything, and tests that are not there. */
function faultsOf(markdown: string): string[] {
  return readRequirements(markdown).flatMap(({ asked, tests, reason }) => {
    if (tests.length === 0) return REASON.test(reason) ? [] : [`${asked}: neither a test nor a reason`];
    return tests.flatMap(({ file, title }) => {
      const paths = testFiles.filter((candidate) => `/${candidate}`.endsWith(`/${file}`));
      if (paths.length === 0) return [`${asked}: no test file ${file}`];
      const known = paths.flatMap((path) => readTestTitles(path, readFileSync(join(repositoryRoot, path), 'utf8')));
      return known.some((one) => one.includes(title)) ? [] : [`${asked}: ${file} has no test “${title}”`];
    });
  });
}

describe('The tables of requirements', () => {
  it('are there', () => {
    expect(tables.length).toBeGreaterThan(0);
  });

  it.each(tables)('%s: every row names tests that exist, or a reason', (table) => {
    const markdown = readFileSync(join(folder, table), 'utf8');
    expect(readRequirements(markdown).length).toBeGreaterThan(5);
    expect(faultsOf(markdown)).toEqual([]);
  });

  it('fail over a missing file, a missing test, a missing reason', () => {
    const own = basename(import.meta.url);
    const table = [
      '| What is asked | Shown by |',
      '| ------------- | -------- |',
      `| One           | \`${own} › are there\`<br>\`${own} › every row names tests\` |`,
      '| Two           | `nothing.test.ts › are there` |',
      `| Three         | \`${own} › are there\`<br>\`${own} › is not there\u200b\` |`,
      '| Four          | later |',
      '| Five          | Not yet: it needs what is not there |',
    ].join('\n');
    expect(faultsOf(table).map((fault) => fault.split(':')[0])).toEqual(['Two', 'Three', 'Four']);
  });

  it('read titles as they are written, in templates and tables too', () => {
    const template = ['`b $', '{c} d`'].join('');
    const source = `describe.each(A)('a %s', () => { it(${template}, f); it.each<D>([['x']])('e', f); other('g', f); });`;
    expect(readTestTitles('a.test.ts', source)).toEqual(['a %s', 'b … d', 'e']);
  });
});
