import { CORE_TYPES, type TypeSchema } from '@withmarfa/shared';
import { describe, expect, it } from 'vitest';
import { searchWordsOf, toSearchWords } from './search-words.ts';

describe('search words', () => {
  it.each([
    ['Tide tables, for the harbour.', ['tide', 'tables', 'for', 'the', 'harbour']],
    ['tide TIDE Tïde', ['tide']],
    ['São Tomé', ['sao', 'tome']],
    ['straße STRASSE', ['strasse']],
    ['ﬁne ② x²', ['fine', '2', 'x2']],
    ['東京の港 port', ['東', '京', 'の', '港', 'port']],
    ["it's a-b_c", ['it', 's', 'a', 'b', 'c']],
    ['§ " * : 🌊', []],
    ['', []],
  ])('of %s', (text, words) => {
    expect(toSearchWords(text)).toEqual(words);
  });

  it('hold letters and digits alone, so that no query language can read anything in them', () => {
    const every = Array.from({ length: 0x3000 }, (_, code) => String.fromCodePoint(code)).join('a ');
    for (const word of toSearchWords(every)) expect(word).toMatch(/^[\p{L}\p{N}]+$/u);
  });

  it('are bounded in number and length', () => {
    const words = toSearchWords(Array.from({ length: 9000 }, (_, index) => `w${index}`).join(' '));
    expect(words).toHaveLength(5000);
    expect(toSearchWords('x'.repeat(1000))).toEqual(['x'.repeat(64)]);
  });

  const typed = (fields: TypeSchema['fields'], more: Partial<TypeSchema> = {}): TypeSchema => ({
    id: 'user.x',
    version: '1.0.0',
    fields,
    required: [],
    ...more,
  });

  it('come from the searchable fields of the type and its parents', () => {
    const chain = ['core.media.book', 'core.media'].map(
      (id) => CORE_TYPES.find((type) => type.id === id) as TypeSchema,
    );
    expect(searchWordsOf(chain, { title: 'Sea', isbn: '123', url: 'https://x.example', creator: 'Ada' })).toEqual([
      'sea',
      'ada',
    ]);
  });

  it('come from title and body where no field is called searchable', () => {
    const hints = { display_hints: { title_field: 'name' } };
    const fields = { name: { type: 'string' }, secret: { type: 'string' } } as const;
    expect(searchWordsOf([typed(fields, hints)], { name: 'Sea', secret: 'hidden' })).toEqual(['sea']);
    expect(searchWordsOf([typed(fields)], { name: 'Sea', secret: 'hidden' })).toEqual([]);
  });

  it('come from texts and lists of texts, whatever stands there instead', () => {
    const chain = [typed({ a: { type: 'array', searchable: true }, __proto__x: { type: 'string', searchable: true } })];
    expect(searchWordsOf(chain, { a: ['one', 2, { three: 'three' }, 'four'] })).toEqual(['one', 'four']);
    expect(searchWordsOf(chain, { a: { b: 'c' } })).toEqual([]);
  });
});
