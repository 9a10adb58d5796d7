import { describeError } from '../text/describe-error.ts';
import { hideTokens } from '../text/hide-tokens.ts';
import type { ConnectorLog } from './connection-context.ts';

export type LogLevel = keyof ConnectorLog;

/** One line of a connector's log; `fields` is plain JSON. */
export interface LogLine {
  level: LogLevel;
  message: string;
  fields: Record<string, unknown>;
}

const MAX_MESSAGE_LENGTH = 4000;
const MAX_FIELDS_LENGTH = 16_000;

/**
 * Makes the log of one run. A line never throws: what is no JSON is written as text, what is too long is cut, and
 * Marfa tokens are replaced.
 */
export function createConnectorLog(write: (line: LogLine) => void): ConnectorLog {
  const at =
    (level: LogLevel) =>
    (message: string, fields: Record<string, unknown> = {}) =>
      write({
        level,
        message: hideTokens(String(message)).slice(0, MAX_MESSAGE_LENGTH),
        fields: toPlainFields(fields),
      });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function toPlainFields(fields: Record<string, unknown>): Record<string, unknown> {
  try {
    const text = hideTokens(JSON.stringify(fields, plain));
    if (text.length > MAX_FIELDS_LENGTH) return { cut: text.slice(0, MAX_FIELDS_LENGTH) };
    return JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    return { unreadable: describeError(error) };
  }
}

function plain(_key: string, value: unknown): unknown {
  if (value instanceof Error) return describeError(value);
  return typeof value === 'bigint' ? String(value) : value;
}
