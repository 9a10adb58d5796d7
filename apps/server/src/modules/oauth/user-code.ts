// RFC 8628 section 6.1: no vowels, so that no words come out; nothing that looks like a digit.
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ';
const LENGTH = 7;
const FIRST_GROUP = 3;

/** Makes a code that a person types: three letters, a hyphen, four letters. 20^7 are some 30 bits. */
export function mintUserCode(randomBytes: (length: number) => Uint8Array): string {
  let letters = '';
  while (letters.length < LENGTH) {
    for (const byte of randomBytes(LENGTH)) {
      // 240 is the largest multiple of 20 in a byte; dropping the rest keeps every letter equally likely.
      if (byte < 240 && letters.length < LENGTH) letters += LETTERS[byte % LETTERS.length];
    }
  }
  return hyphenated(letters);
}

/** @returns a code as it is kept, however it was typed; null for what can be none. */
export function readUserCode(typed: string): string | null {
  const letters = typed.toUpperCase().replaceAll(/[\s\p{Pd}.·]/gu, '');
  if (letters.length !== LENGTH || [...letters].some((letter) => !LETTERS.includes(letter))) return null;
  return hyphenated(letters);
}

function hyphenated(letters: string): string {
  return `${letters.slice(0, FIRST_GROUP)}-${letters.slice(FIRST_GROUP)}`;
}
