import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { typeCheck } from './support/type-check.ts';

const PATH = 'test/types/define-connector.ts';
const EXPECTED = '// @ts-expect-error';

// A compiler takes seconds on a small machine.
describe('the types', { timeout: 120_000 }, () => {
  const text = readFileSync(new URL('types/define-connector.ts', import.meta.url), 'utf8');

  it('let right connectors through, and refuse each wrong one', () => {
    expect(text.split(EXPECTED).length - 1).toBeGreaterThan(15);
    expect(typeCheck({ [PATH]: text })).toEqual([]);
  });

  it('are seen to refuse: without its mark, every wrong connector is an error of its own', () => {
    const marks = text.split('\n').flatMap((line, index) => (line.includes(EXPECTED) ? [index + 1] : []));
    const errors = typeCheck({ [PATH]: text.replaceAll(EXPECTED, '// wrong:') });
    const lines = errors.map((error) => Number(/:(\d+) /.exec(error)?.[1]));
    // An error stands on the line below its mark.
    for (const mark of marks) expect(lines, `an error below line ${mark}`).toContain(mark + 1);
  });

  it('fail this suite when an expected error vanishes', () => {
    const right = `${EXPECTED} nothing is wrong below\nexport const one: number = 1;\n`;
    expect(typeCheck({ 'test/types/vanished.ts': right })).toEqual([
      "test/types/vanished.ts:1 Unused '@ts-expect-error' directive.",
    ]);
  });
});
