import type { Properties, TypeSchema } from '@withmarfa/shared';

/** Distinct words that are kept of one item. */
const MAX_WORDS = 5000;
/** Letters of a word that count. */
const MAX_WORD_LENGTH = 64;
/** Scripts without blanks between words: each sign is a word. */
const NOT_A_WORD = /[^\p{L}\p{N}]+/u;
const SIGN =
  /([\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Khmer}\p{Script=Lao}\p{Script=Myanmar}])/gu;

/**
 * The words of a text as they are stored and looked for: without diacritics, upper and lower case alike, letters and
 * digits alone. Both databases are given these words and no text, so that both find the same.
 */
export function toSearchWords(text: string): string[] {
  const folded = text
    .normalize('NFKD')
    .replaceAll(/\p{M}+/gu, '')
    .toUpperCase()
    .toLowerCase();
  const words = folded
    .normalize('NFKD')
    .replaceAll(/\p{M}+/gu, '')
    .replaceAll(SIGN, ' $1 ')
    .split(NOT_A_WORD)
    .filter((word) => word !== '')
    .map((word) => (word.length > MAX_WORD_LENGTH ? [...word].slice(0, MAX_WORD_LENGTH).join('') : word));
  return [...new Set(words)].slice(0, MAX_WORDS);
}

/**
 * The words that an item is found by: of its fields that its type or a parent calls searchable, or, where none does, of
 * its title and body.
 * @param chain the type and its parents.
 */
export function searchWordsOf(chain: readonly TypeSchema[], properties: Properties): string[] {
  const texts = searchableFields(chain).flatMap((name) =>
    Object.hasOwn(properties, name) ? textsIn(properties[name]) : [],
  );
  return texts.length === 0 ? [] : toSearchWords(texts.join('\n'));
}

function searchableFields(chain: readonly TypeSchema[]): string[] {
  const declared = chain.flatMap(({ fields }) =>
    Object.entries(fields).flatMap(([name, field]) => (field.searchable ? [name] : [])),
  );
  if (declared.length > 0) return declared;
  const hints = chain.map(({ display_hints }) => display_hints).find((hint) => hint !== undefined);
  return [hints?.title_field, hints?.body_field].filter((name) => name !== undefined);
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}
