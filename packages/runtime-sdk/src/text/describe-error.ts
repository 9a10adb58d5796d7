import { hideTokens } from './hide-tokens.ts';

const MAX_CAUSES = 4;
const MAX_LENGTH = 1000;

/**
 * One line about anything that was thrown: its message and those of its causes, because `fetch failed` alone helps
 * nobody.
 * @returns at most 1,000 characters, Marfa tokens replaced.
 */
export function describeError(thrown: unknown): string {
  const messages: string[] = [];
  let current: unknown = thrown;
  while (current !== undefined && current !== null && messages.length < MAX_CAUSES) {
    const message = messageOf(current);
    if (!messages.some((earlier) => earlier.includes(message))) messages.push(message);
    current = current instanceof Error ? (current.cause ?? firstOf(current)) : undefined;
  }
  const text = hideTokens(messages.join(': ')) || 'unknown error';
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH - 1)}…` : text;
}

function messageOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message || thrown.name;
  if (typeof thrown === 'string') return thrown;
  try {
    return JSON.stringify(thrown) ?? String(thrown);
  } catch {
    return Object.prototype.toString.call(thrown);
  }
}

function firstOf(error: Error): unknown {
  return error instanceof AggregateError ? error.errors[0] : undefined;
}
