/** Deepest nesting a request may have; deeper ones would overflow what has to write them out again. */
const MAX_DEPTH = 64;

/**
 * Looks for what no store can keep: NUL characters in text, numbers beyond a double, and absurd nesting.
 * @returns what is wrong, or null.
 */
export function inspectJson(value: unknown): string | null {
  const pending: { value: unknown; depth: number }[] = [{ value, depth: 0 }];
  for (let entry = pending.pop(); entry; entry = pending.pop()) {
    if (typeof entry.value === 'string' && entry.value.includes('\0'))
      return 'text holds the NUL character, which cannot be stored';
    if (typeof entry.value !== 'object' || entry.value === null) continue;
    if (entry.depth >= MAX_DEPTH) return `nested deeper than ${MAX_DEPTH} levels`;
    for (const [key, inner] of Object.entries(entry.value)) {
      if (key.includes('\0')) return 'a key holds the NUL character, which cannot be stored';
      if (typeof inner === 'number' && !Number.isFinite(inner)) return 'a number is too large to be kept';
      if (typeof inner === 'string' ? inner.includes('\0') : typeof inner === 'object') {
        pending.push({ value: inner, depth: entry.depth + 1 });
      }
    }
  }
  return null;
}
