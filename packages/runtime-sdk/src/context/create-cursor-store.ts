import { MarfaError } from '@withmarfa/shared';
import { findNonJson } from '../text/find-non-json.ts';
import type { Cursor } from './connection-context.ts';

/** The most that all cursor values of a Connection take together, in bytes of JSON. */
export const MAX_CURSOR_BYTES = 1024 * 1024;
const MAX_KEY_LENGTH = 200;

export interface CursorStore {
  cursor: Cursor;
  /** @returns what the run changed: keys written, with their values, and keys cleared. */
  changes(): { cursor_set: Record<string, unknown>; cursor_cleared: string[] };
}

/**
 * Makes the cursor of one run. Changes are seen by later reads at once, and are handed to the host only at the end.
 * @param initial the Connection's cursor values as the run starts.
 * @param options.signal once it has fired, every use is refused with its reason.
 */
export function createCursorStore(
  initial: Readonly<Record<string, unknown>>,
  options: { signal: AbortSignal },
): CursorStore {
  // Values are kept as text, so that a value changed after it was read or written changes nothing here.
  const texts = new Map(Object.entries(initial).map(([key, value]) => [key, JSON.stringify(value)]));
  const changed = new Set<string>();
  let bytes = [...texts].reduce((sum, [key, text]) => sum + bytesOf(key, text), 0);

  const cursor: Cursor = {
    async read<Value>(key: string) {
      options.signal.throwIfAborted();
      const text = texts.get(key);
      return text === undefined ? null : (JSON.parse(text) as Value);
    },
    async write(key, value) {
      options.signal.throwIfAborted();
      assertKey(key);
      const text = toJson(key, value);
      const after = bytes - bytesOf(key, texts.get(key)) + bytesOf(key, text);
      assertRoom(key, after);
      bytes = after;
      texts.set(key, text);
      changed.add(key);
    },
    async clear(key) {
      options.signal.throwIfAborted();
      bytes -= bytesOf(key, texts.get(key));
      if (texts.delete(key)) changed.add(key);
    },
  };

  return {
    cursor,
    changes() {
      const set = [...changed].flatMap((key) => {
        const text = texts.get(key);
        return text === undefined ? [] : [[key, JSON.parse(text) as unknown] as const];
      });
      return {
        cursor_set: Object.fromEntries(set),
        cursor_cleared: [...changed].filter((key) => !texts.has(key) && Object.hasOwn(initial, key)),
      };
    },
  };
}

function assertKey(key: string): void {
  // An object cannot carry this key through JSON and back.
  if (key.length > 0 && key.length <= MAX_KEY_LENGTH && key !== '__proto__') return;
  throw new MarfaError('validation_error', `A cursor key has 1 to ${MAX_KEY_LENGTH} characters.`);
}

function toJson(key: string, value: unknown): string {
  const fault = findNonJson(value);
  if (fault === null) return JSON.stringify(value);
  throw new MarfaError(
    'validation_error',
    `The cursor value "${key}" is not plain JSON: ${fault.path} is ${fault.found}. Store texts, finite numbers, booleans, null, arrays and plain objects.`,
    { details: { key, path: fault.path } },
  );
}

function bytesOf(key: string, text: string | undefined): number {
  if (text === undefined) return 0;
  const encoder = new TextEncoder();
  return encoder.encode(key).length + encoder.encode(text).length;
}

function assertRoom(key: string, bytes: number): void {
  if (bytes <= MAX_CURSOR_BYTES) return;
  throw new MarfaError(
    'payload_too_large',
    `With the value "${key}" the cursor would take ${bytes} bytes of JSON; at most ${MAX_CURSOR_BYTES} are kept.`,
    { details: { key, bytes, limit: MAX_CURSOR_BYTES } },
  );
}
