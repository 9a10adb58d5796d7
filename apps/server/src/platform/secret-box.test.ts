import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Secret } from './secret.ts';
import { createSecretBox } from './secret-box.ts';

const aBox = (secret = 's'.repeat(40)) => createSecretBox(Secret.of(secret), randomBytes);

describe('the secret box', () => {
  it('opens what it sealed, and seals nothing twice alike', () => {
    const box = aBox();
    const texts = ['', 'marfa_k1_canary', '🌊'.repeat(1000)];
    for (const text of texts) expect(box.open('a', 'row', box.seal('a', 'row', text))).toBe(text);
    expect(box.seal('a', 'row', 'x')).not.toBe(box.seal('a', 'row', 'x'));
  });

  it('shows version, key and nonce, and nothing of what is inside', () => {
    const sealed = aBox().seal('a', 'row', 'canary');
    expect(sealed).toMatch(/^v1\.[\w-]{8}\.[\w-]{16}\.[\w-]+$/);
    expect(Buffer.from(sealed.split('.')[3] ?? '', 'base64url').toString('latin1')).not.toContain('canary');
  });

  it.each<[string, (sealed: string) => string | null]>([
    ['for another purpose', (sealed) => aBox().open('b', 'row', sealed)],
    ['at another place', (sealed) => aBox().open('a', 'other row', sealed)],
    ['under another secret', (sealed) => aBox('t'.repeat(40)).open('a', 'row', sealed)],
    ['changed', (sealed) => aBox().open('a', 'row', `${sealed.slice(0, -8)}AAAAAAAA`)],
    ['cut', (sealed) => aBox().open('a', 'row', sealed.slice(0, -8))],
    ['of another version', (sealed) => aBox().open('a', 'row', sealed.replace('v1', 'v2'))],
    ['that is none', () => aBox().open('a', 'row', 'nonsense')],
  ])('opens nothing %s', (_what, open) => {
    expect(open(aBox().seal('a', 'row', 'canary'))).toBeNull();
  });
});
