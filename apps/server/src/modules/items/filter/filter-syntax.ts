import { EmbeddedActionsParser, type IParserErrorMessageProvider, type IToken, type TokenType } from 'chevrotain';
import {
  And,
  CloseBracket,
  CloseParenthesis,
  Comma,
  Constant,
  Dot,
  In,
  Name,
  Not,
  NumberLiteral,
  OpenBracket,
  OpenParenthesis,
  OperatorWord,
  Or,
  StringLiteral,
  TOKENS,
} from './filter-lexer.ts';

/** A condition as it was written; what it means is judged afterwards. */
export interface WrittenCondition {
  kind: 'condition';
  field: IToken[];
  operator: IToken;
  values: IToken[];
}
export type WrittenFilter =
  | WrittenCondition
  | { kind: 'and' | 'or'; parts: WrittenFilter[] }
  | { kind: 'not'; part: WrittenFilter };

const label = (type: TokenType | undefined): string => type?.LABEL ?? type?.name ?? 'something else';
/** What a rule wants where none of its alternatives fits. */
const WANTED: Record<string, string> = { segment: 'a property name', value: 'a value', term: 'a field, "not" or "("' };

const messages: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected }) => `expected ${label(expected)}`,
  buildNotAllInputParsedMessage: () => 'expected "and", "or" or the end',
  buildNoViableAltMessage: ({ ruleName, customUserDescription, expectedPathsPerAlt }) =>
    `expected ${customUserDescription ?? WANTED[ruleName] ?? expectedPathsPerAlt.map((paths) => label(paths[0]?.[0])).join(' or ')}`,
  buildEarlyExitMessage: ({ ruleName }) => `expected ${WANTED[ruleName] ?? 'more'}`,
};

// A class because the library's grammars are written as one. It holds no state between two texts.
class FilterSyntax extends EmbeddedActionsParser {
  constructor() {
    super(TOKENS, { errorMessageProvider: messages, maxLookahead: 2 });
    this.performSelfAnalysis();
  }

  readonly filter = this.RULE('filter', (): WrittenFilter => this.SUBRULE(this.alternatives));

  private readonly alternatives = this.RULE('alternatives', (): WrittenFilter => {
    const parts = [this.SUBRULE1(this.conjunction)];
    this.MANY(() => {
      this.CONSUME(Or);
      parts.push(this.SUBRULE2(this.conjunction));
    });
    return joined('or', parts);
  });

  private readonly conjunction = this.RULE('conjunction', (): WrittenFilter => {
    const parts = [this.SUBRULE1(this.term)];
    this.MANY(() => {
      this.CONSUME(And);
      parts.push(this.SUBRULE2(this.term));
    });
    return joined('and', parts);
  });

  private readonly term = this.RULE('term', (): WrittenFilter => {
    let negations = 0;
    this.MANY(() => {
      this.CONSUME(Not);
      negations += 1;
    });
    const part = this.OR([{ ALT: () => this.SUBRULE(this.group) }, { ALT: () => this.SUBRULE(this.condition) }]);
    return negations % 2 === 1 ? { kind: 'not', part } : part;
  });

  private readonly group = this.RULE('group', (): WrittenFilter => {
    this.CONSUME(OpenParenthesis);
    const inner = this.SUBRULE(this.alternatives);
    this.CONSUME(CloseParenthesis);
    return inner;
  });

  private readonly condition = this.RULE('condition', (): WrittenCondition => {
    const field = [this.CONSUME(Name)];
    this.MANY(() => {
      this.CONSUME(Dot);
      field.push(this.SUBRULE(this.segment));
    });
    const comparison = this.OR({
      DEF: [
        { ALT: () => ({ operator: this.CONSUME(In), values: this.SUBRULE(this.list) }) },
        { ALT: () => ({ operator: this.CONSUME(OperatorWord), values: [this.SUBRULE(this.value)] }) },
      ],
      ERR_MSG: 'eq, ne, gt, gte, lt, lte, contains or in',
    });
    return { kind: 'condition', field, ...comparison };
  });

  private readonly segment = this.RULE(
    'segment',
    (): IToken => this.OR([{ ALT: () => this.CONSUME(Name) }, { ALT: () => this.CONSUME(StringLiteral) }]),
  );

  private readonly list = this.RULE('list', (): IToken[] =>
    this.OR([{ ALT: () => this.SUBRULE(this.round) }, { ALT: () => this.SUBRULE(this.square) }]),
  );

  private readonly round = this.RULE('round', (): IToken[] => {
    this.CONSUME(OpenParenthesis);
    const values = this.SUBRULE(this.entries);
    this.CONSUME(CloseParenthesis);
    return values;
  });

  private readonly square = this.RULE('square', (): IToken[] => {
    this.CONSUME(OpenBracket);
    const values = this.SUBRULE(this.entries);
    this.CONSUME(CloseBracket);
    return values;
  });

  private readonly entries = this.RULE('entries', (): IToken[] => {
    const values = [this.SUBRULE1(this.value)];
    this.MANY(() => {
      this.CONSUME(Comma);
      values.push(this.SUBRULE2(this.value));
    });
    return values;
  });

  private readonly value = this.RULE(
    'value',
    (): IToken =>
      this.OR([
        { ALT: () => this.CONSUME(StringLiteral) },
        { ALT: () => this.CONSUME(NumberLiteral) },
        { ALT: () => this.CONSUME(Constant) },
      ]),
  );
}

function joined(kind: 'and' | 'or', parts: WrittenFilter[]): WrittenFilter {
  const [only] = parts;
  return parts.length === 1 && only ? only : { kind, parts };
}

const syntax = new FilterSyntax();

/** @returns the tokens in their structure, or the first place where the text is no filter. */
export function readSyntax(
  tokens: IToken[],
): { ok: true; filter: WrittenFilter } | { ok: false; token: IToken; message: string } {
  syntax.input = tokens;
  const filter = syntax.filter();
  const [error] = syntax.errors;
  return error ? { ok: false, token: error.token, message: error.message } : { ok: true, filter };
}
