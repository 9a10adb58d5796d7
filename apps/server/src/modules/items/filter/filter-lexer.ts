import { createToken, Lexer, type TokenType } from 'chevrotain';

const token = (name: string, pattern: RegExp | string, label: string, extra: { group?: string } = {}): TokenType =>
  createToken({ name, pattern, label, ...extra });

/** A name in the field position; the words of the grammar are names as well where only a name can stand. */
export const Name = createToken({ name: 'Name', pattern: Lexer.NA, label: 'a field' });
export const OperatorWord = createToken({ name: 'OperatorWord', pattern: Lexer.NA, label: 'an operator' });
export const Constant = createToken({ name: 'Constant', pattern: Lexer.NA, label: 'a value' });

const Identifier = createToken({
  name: 'Identifier',
  pattern: /[A-Za-z_][A-Za-z0-9_-]*/,
  label: 'a field',
  categories: [Name],
});
const word = (text: string, categories: TokenType[] = []): TokenType =>
  createToken({
    name: `Word_${text}`,
    pattern: text,
    label: `"${text}"`,
    longer_alt: Identifier,
    categories: [Name, ...categories],
  });

export const And = word('and');
export const Or = word('or');
export const Not = word('not');
export const In = word('in');
const operators = ['eq', 'ne', 'gte', 'gt', 'lte', 'lt', 'contains'].map((text) => word(text, [OperatorWord]));
const constants = ['true', 'false', 'null'].map((text) => word(text, [Constant]));

export const OpenParenthesis = token('OpenParenthesis', '(', '"("');
export const CloseParenthesis = token('CloseParenthesis', ')', '")"');
export const OpenBracket = token('OpenBracket', '[', '"["');
export const CloseBracket = token('CloseBracket', ']', '"]"');
export const Comma = token('Comma', ',', '","');
export const Dot = token('Dot', '.', '"."');
export const NumberLiteral = token('NumberLiteral', /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/, 'a number');
export const StringLiteral = token(
  'StringLiteral',
  // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON texts hold no raw control characters.
  /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/,
  'a text',
);
const Blank = token('Blank', /\s+/, 'a blank', { group: Lexer.SKIPPED });

// The first that fits wins: words before identifiers, each longer word before the one it begins with.
export const TOKENS: TokenType[] = [
  Blank,
  Name,
  OperatorWord,
  Constant,
  And,
  Or,
  Not,
  In,
  ...operators,
  ...constants,
  Identifier,
  OpenParenthesis,
  CloseParenthesis,
  OpenBracket,
  CloseBracket,
  Comma,
  Dot,
  NumberLiteral,
  StringLiteral,
];

export const filterLexer = new Lexer(TOKENS, { positionTracking: 'onlyOffset' });
