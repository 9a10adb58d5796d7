import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyText } from '../../test/any-text.ts';
import { clipLine } from './clip-line.ts';

describe('clipping a connector’s words', () => {
  it('makes one line of several', () => {
    expect(clipLine(' feed\r\nis\t gone \u2028 today\u0000\u001b[31m ')).toBe('feed is gone today [31m');
  });

  it('says so when there are none', () => {
    expect(clipLine(' \n\u0000 ')).toBe('no reason was given');
  });

  it('leaves 500 characters whole and marks the cut of 501', () => {
    expect(clipLine('x'.repeat(500))).toBe('x'.repeat(500));
    expect(clipLine('x'.repeat(501))).toBe(`${'x'.repeat(499)}…`);
  });

  it('does not cut an emoji in half', () => {
    expect(clipLine(`${'x'.repeat(498)}🦊🦊`)).toBe(`${'x'.repeat(498)}…`);
  });

  it('replaces half an emoji', () => {
    expect(clipLine('half \ud83e a fox')).toBe('half a fox');
  });

  it('always gives one storable line of 1 to 500 characters', () => {
    fc.assert(
      fc.property(anyText(300), fc.nat(3), (text, times) => {
        const line = clipLine(text.repeat(times));
        expect(line.length).toBeGreaterThan(0);
        expect(line.length).toBeLessThanOrEqual(500);
        expect(line).not.toMatch(/[\n\r\u2028\p{Cc}\p{Cs}]/u);
      }),
    );
  });
});
