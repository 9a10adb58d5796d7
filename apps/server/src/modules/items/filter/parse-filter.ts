import { type Issue, MarfaError, TimestampSchema } from '@withmarfa/shared';
import type { IToken } from 'chevrotain';
import {
  type FilterCondition,
  type FilterExpression,
  type FilterField,
  type FilterValue,
  ORDER_OPERATORS,
  type OrderOperator,
  SYSTEM_FIELDS,
  type SystemField,
} from './filter-expression.ts';
import { CloseParenthesis, filterLexer, OpenParenthesis, StringLiteral } from './filter-lexer.ts';
import { readSyntax, type WrittenCondition, type WrittenFilter } from './filter-syntax.ts';

export const MAX_FILTER_CONDITIONS = 50;
export const MAX_FILTER_VALUES = 200;
export const MAX_FILTER_DEPTH = 20;
const MAX_PATH_SEGMENTS = 20;
/** Halves of surrogate pairs stand for nothing that a store could hold. */
const WELL_FORMED = /^\P{Surrogate}*$/u;

/** A part of a filter that means nothing, and the column (from 1) where it stands. */
interface Fault {
  column: number;
  message: string;
}

/**
 * Reads a filter such as `properties.severity eq "high" and (version gt 3 or tier in ("feed", "library"))`.
 * @param path names the input in the fault, such as `query $.filter`.
 * @throws MarfaError `validation_error`: the first fault of syntax, or else every fault of meaning, each with its column.
 */
export function parseFilter(text: string, path: string): FilterExpression {
  const { tokens, errors } = filterLexer.tokenize(text);
  const [unreadable] = errors;
  if (unreadable)
    throw refused(path, [{ column: unreadable.offset + 1, message: unreadableMessage(text, unreadable) }]);
  const deep = tooDeep(tokens);
  if (deep) throw refused(path, [deep]);
  const read = readSyntax(tokens);
  if (!read.ok) {
    const { startOffset } = read.token;
    // The end of the text has no offset.
    const column = startOffset >= 0 ? startOffset + 1 : text.trimEnd().length + 1;
    throw refused(path, [{ column, message: read.message }]);
  }
  const faults: Fault[] = [];
  const counts = { conditions: 0, values: 0 };
  const expression = understand(read.filter, faults, counts);
  if (counts.conditions > MAX_FILTER_CONDITIONS)
    faults.push({ column: 1, message: `at most ${MAX_FILTER_CONDITIONS} conditions` });
  if (counts.values > MAX_FILTER_VALUES) faults.push({ column: 1, message: `at most ${MAX_FILTER_VALUES} values` });
  if (expression === null || faults.length > 0) throw refused(path, faults);
  return expression;
}

function refused(path: string, faults: readonly Fault[]): MarfaError {
  const issues: Issue[] = faults.map(({ column, message }) => ({ path, message: `column ${column}: ${message}` }));
  return new MarfaError('validation_error', `${path}: ${issues[0]?.message ?? 'no filter'}.`, { details: { issues } });
}

function unreadableMessage(text: string, { offset }: { offset: number }): string {
  if (text[offset] === '"') return 'expected a text in double quotes, with the escapes of JSON';
  if (text[offset] === "'") return 'expected double quotes';
  return 'expected a field, an operator, a value or a parenthesis';
}

/** Parentheses are counted before the parser follows them, so that no text can exhaust the stack. */
function tooDeep(tokens: readonly IToken[]): Fault | null {
  let depth = 0;
  for (const { tokenType, startOffset } of tokens) {
    if (tokenType === OpenParenthesis) depth += 1;
    if (tokenType === CloseParenthesis) depth -= 1;
    if (depth > MAX_FILTER_DEPTH)
      return { column: startOffset + 1, message: `at most ${MAX_FILTER_DEPTH} levels of parentheses` };
  }
  return null;
}

function understand(
  written: WrittenFilter,
  faults: Fault[],
  counts: { conditions: number; values: number },
): FilterExpression | null {
  if (written.kind === 'not') {
    const part = understand(written.part, faults, counts);
    return part && { kind: 'not', part };
  }
  if (written.kind !== 'condition') {
    const parts = written.parts.map((part) => understand(part, faults, counts)).filter((part) => part !== null);
    return { kind: written.kind, parts };
  }
  counts.conditions += 1;
  counts.values += written.values.length;
  return understandCondition(written, faults);
}

function understandCondition(written: WrittenCondition, faults: Fault[]): FilterExpression | null {
  const before = faults.length;
  const field = fieldOf(written.field, faults);
  const values = written.values.map((token) => valueIn(token, faults));
  if (!field || faults.length > before) return null;
  const { image: operator } = written.operator;
  const fitting = values.map((value, index) => {
    const fault = misfit(field, operator, value);
    const column = (written.values[index]?.startOffset ?? 0) + 1;
    if (fault) faults.push({ column, message: fault });
    return field.kind === 'system' && SYSTEM_FIELDS[field.name] === 'time' && typeof value === 'string' && !fault
      ? new Date(value).toISOString()
      : value;
  });
  if (faults.length > before) return null;
  return conditionOf(field, operator, fitting);
}

function conditionOf(field: FilterField, operator: string, values: readonly FilterValue[]): FilterExpression {
  const [value = null] = values;
  const is = (expected: FilterValue): FilterCondition => ({ kind: 'is', field, value: expected });
  if (operator === 'eq') return is(value);
  if (operator === 'ne') return { kind: 'not', part: is(value) };
  if (operator === 'in') return { kind: 'or', parts: values.map(is) };
  // Judged by `misfit` already: neither of these takes null, and an order takes no true or false.
  if (operator === 'contains') return { kind: 'contains', field, value: value as string | number | boolean };
  return { kind: 'order', field, operator: operator as OrderOperator, value: value as string | number };
}

/** @returns why a value cannot stand beside this field and operator, or null. */
function misfit(field: FilterField, operator: string, value: FilterValue): string | null {
  const isOrder = (ORDER_OPERATORS as readonly string[]).includes(operator);
  if (isOrder && typeof value !== 'number' && typeof value !== 'string')
    return `${operator} compares with a number or a text`;
  if (operator === 'contains' && value === null) return 'contains takes a text, a number, true or false';
  if (field.kind === 'property' || value === null) return null;
  const holds = SYSTEM_FIELDS[field.name];
  if (holds === 'number') {
    if (operator === 'contains') return `${field.name} is a number; contains looks into texts and lists`;
    return typeof value === 'number' ? null : `${field.name} is a number`;
  }
  if (typeof value !== 'string') return `${field.name} is a text`;
  if (holds === 'text') return null;
  if (operator === 'contains') return `${field.name} is a time; compare it with gte and lt`;
  return TimestampSchema.safeParse(value).success ? null : 'expected a time such as "2026-03-01T09:30:00Z"';
}

function fieldOf([first, ...rest]: readonly IToken[], faults: Fault[]): FilterField | null {
  if (!first) return null;
  const column = first.startOffset + 1;
  if (first.image === 'properties') {
    if (rest.length === 0) faults.push({ column, message: 'expected the name of a property: properties.<name>' });
    if (rest.length > MAX_PATH_SEGMENTS)
      faults.push({ column, message: `at most ${MAX_PATH_SEGMENTS} names in a path` });
    return { kind: 'property', path: rest.map((token) => segmentOf(token, faults)) };
  }
  if (rest.length === 0 && Object.hasOwn(SYSTEM_FIELDS, first.image))
    return { kind: 'system', name: first.image as SystemField };
  const known = Object.keys(SYSTEM_FIELDS).join(', ');
  const name = [first, ...rest].map(({ image }) => image).join('.');
  faults.push({ column, message: `there is no field ${name}; expected properties.<name>, ${known}` });
  return null;
}

function segmentOf(token: IToken, faults: Fault[]): string {
  return token.tokenType === StringLiteral ? textOf(token, faults) : token.image;
}

function valueIn(token: IToken, faults: Fault[]): FilterValue {
  if (token.tokenType === StringLiteral) return textOf(token, faults);
  const value = JSON.parse(token.image) as number | boolean | null;
  if (typeof value === 'number' && !Number.isFinite(value))
    faults.push({ column: token.startOffset + 1, message: 'the number is beyond all bounds' });
  return value;
}

function textOf(token: IToken, faults: Fault[]): string {
  const text = JSON.parse(token.image) as string;
  if (text.includes('\0') || !WELL_FORMED.test(text))
    faults.push({ column: token.startOffset + 1, message: 'expected well-formed Unicode without NUL' });
  return text;
}
