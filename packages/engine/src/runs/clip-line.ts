const MAX_CHARACTERS = 500;

/**
 * A connector's words as one line that every store accepts: white space, control characters and halves of surrogate
 * pairs become a space, and what is over 500 characters is cut off.
 */
export function clipLine(text: string): string {
  const line = text
    // A reason of megabytes is not worth reading through.
    .slice(0, 8 * MAX_CHARACTERS)
    .replace(/[\s\p{Cc}\p{Cs}]+/gu, ' ')
    .trim();
  if (line === '') return 'no reason was given';
  if (line.length <= MAX_CHARACTERS) return line;
  return `${line.slice(0, MAX_CHARACTERS - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
