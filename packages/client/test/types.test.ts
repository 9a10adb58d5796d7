import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { typeCheck } from './support/type-check.ts';

const PATH = 'test/types/client.ts';
const EXPECTED = '// @ts-expect-error';
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** The code blocks of the README, each a module of its own. */
function codeBlocks(): Record<string, string> {
  const blocks = [...readme.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code);
  return Object.fromEntries(blocks.map((code, index) => [`test/readme/block-${index + 1}.ts`, code]));
}

// A compiler takes seconds on a small machine.
describe('the types', { timeout: 120_000 }, () => {
  const text = readFileSync(new URL('types/client.ts', import.meta.url), 'utf8');

  it('let right calls through, refuse each wrong one, and compile what the README shows', () => {
    expect(text.split(EXPECTED).length - 1).toBeGreaterThan(12);
    expect(Object.keys(codeBlocks()).length).toBeGreaterThan(3);
    expect(typeCheck({ [PATH]: text, ...codeBlocks() })).toEqual([]);
  });

  it('are seen to refuse: without its mark, every wrong call is an error of its own', () => {
    const marks = text.split('\n').flatMap((line, index) => (line.includes(EXPECTED) ? [index + 1] : []));
    const errors = typeCheck({ [PATH]: text.replaceAll(EXPECTED, '// wrong:') });
    const lines = errors.map((error) => Number(/:(\d+) /.exec(error)?.[1]));
    for (const mark of marks) expect(lines, `an error below line ${mark}`).toContain(mark + 1);
  });
});
