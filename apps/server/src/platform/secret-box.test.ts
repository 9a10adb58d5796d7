import { describe, expect, it } from 'vitest';
import { readAuthKeys } from './auth-keys.ts';
import { createSecretBox } from './secret-box.ts';

const OLD = 'an old secret without blanks'.replaceAll(' ', '-').padEnd(40, 'x');
const NEW = 'a new secret without blanks'.replaceAll(' ', '-').padEnd(40, 'y');
const boxOf = (secret: string) => createSecretBox(readAuthKeys(secret));

describe('The secret box', () => {
  const box = boxOf(OLD);
  const sealed = box.seal('webhook', 'row-1', 'whsec_ä');

  it('opens what it sealed, and seals the same differently each time', () => {
    expect(box.open('webhook', 'row-1', sealed)).toBe('whsec_ä');
    expect(boxOf(OLD).open('webhook', 'row-1', sealed)).toBe('whsec_ä');
    expect(box.seal('webhook', 'row-1', 'whsec_ä')).not.toBe(sealed);
    expect(sealed).toMatch(/^v1\.[\w-]+\.[\w-]{16}\.[\w-]+$/);
    expect(sealed).not.toContain('whsec');
  });

  it('opens nothing in another row, for another purpose, under another key, or changed', () => {
    const [version, id, nonce, text = ''] = sealed.split('.');
    const flipped = text.startsWith('A') ? `B${text.slice(1)}` : `A${text.slice(1)}`;
    for (const open of [
      () => box.open('webhook', 'row-2', sealed),
      () => box.open('credential', 'row-1', sealed),
      () => boxOf(NEW).open('webhook', 'row-1', sealed),
      () => box.open('webhook', 'row-1', [version, id, nonce, flipped].join('.')),
      () => box.open('webhook', 'row-1', [version, id, nonce, text.slice(0, -4)].join('.')),
      () => box.open('webhook', 'row-1', [version, id, '', text].join('.')),
      () => box.open('webhook', 'row-1', 'v1.x'),
      () => box.open('webhook', 'row-1', sealed.replace('v1', 'v2')),
    ])
      expect(open).toThrow(expect.objectContaining({ code: 'internal_error' }));
  });

  it('opens with every key of a list, and seals with the first', () => {
    const before = boxOf(`a:${OLD}`).seal('webhook', 'row-1', 'secret');
    const after = boxOf(`b:${NEW},a:${OLD}`);
    expect(after.open('webhook', 'row-1', before)).toBe('secret');
    expect(after.seal('webhook', 'row-1', 'secret')).toMatch(/^v1\.b\./);
    expect(() => boxOf(`b:${NEW}`).open('webhook', 'row-1', before)).toThrow();
  });

  it('opens what a secret sealed when it stood alone, once it has a name in a list', () => {
    const after = boxOf(`b:${NEW},a:${OLD}`);
    expect(after.open('webhook', 'row-1', sealed)).toBe('whsec_ä');
    expect(after.isCurrent(sealed)).toBe(false);
    expect(after.isCurrent(after.seal('webhook', 'row-1', 'x'))).toBe(true);
  });
});
