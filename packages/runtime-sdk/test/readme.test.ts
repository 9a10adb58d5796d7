import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { typeCheck } from './support/type-check.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** The code blocks, by the path that each names in its first line. */
function codeBlocks(): Record<string, string> {
  const blocks = [...readme.matchAll(/^```(?:ts|js)\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code);
  return Object.fromEntries(
    blocks.map((code) => {
      const path = /^\/\/ (\S+\.ts)\n/.exec(code)?.[1];
      if (path === undefined) throw new Error(`a code block names no file: ${code.slice(0, 80)}`);
      return [`test/readme/${path}`, code];
    }),
  );
}

describe('the README', { timeout: 120_000 }, () => {
  it('shows code that compiles', () => {
    expect(Object.keys(codeBlocks()).length).toBeGreaterThan(2);
    expect(typeCheck(codeBlocks())).toEqual([]);
  });

  it('shows a whole connector with a manifest of about 12 lines and a handler of about 25', () => {
    const [, manifest = '', handler = ''] =
      /( {2}manifest: \{[\s\S]*?^ {2}\},$)\n( {2}async schedule[\s\S]*?^ {2}\},$)/m.exec(readme) ?? [];
    expect(manifest.split('\n').length).toBeLessThanOrEqual(13);
    expect(handler.split('\n').length).toBeLessThanOrEqual(26);
    expect(handler).not.toBe('');
  });
});
