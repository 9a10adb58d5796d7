import { describe, expect, it } from 'vitest';
import { HandleSchema, isReservedHandle } from './handle.ts';

describe('a handle', () => {
  it.each(['ada', 'ada-lovelace', 'a1b', '007', 'x'.repeat(32)])('may be %s', (handle) => {
    expect(HandleSchema.parse(handle)).toBe(handle);
  });

  it('is the same in upper case and between blanks', () => {
    expect(HandleSchema.parse(' Ada-Lovelace ')).toBe('ada-lovelace');
  });

  it.each(['', 'ab', 'x'.repeat(33), '-ada', 'ada-', 'a--b', 'ada_l', 'ada.l', 'adä', 'a b', 'ada\n', 'аda'])(
    'is refused as %j',
    (handle) => {
      expect(HandleSchema.safeParse(handle.replace('\n', '\nx')).success).toBe(false);
    },
  );

  it.each(['core', 'system', 'app', 'user', 'marfa', 'admin'])('is reserved: %s', (handle) => {
    expect(isReservedHandle(handle)).toBe(true);
    expect(isReservedHandle(`${handle}-2`)).toBe(false);
  });
});
