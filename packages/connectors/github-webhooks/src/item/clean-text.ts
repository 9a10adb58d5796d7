/** What has no place in stored text: control characters but tab and line feed, halves of surrogate pairs. */
const UNWANTED = /(?![\t\n])[\p{Cc}\p{Surrogate}]/gu;

/**
 * Cleans text for storing: line ends become `\n`, control characters go, and what is too long is cut with an ellipsis,
 * never inside a character.
 * @param maxLength in UTF-16 units, the ellipsis included.
 * @returns null when nothing is left.
 */
export function cleanText(text: string | null, maxLength: number): string | null {
  const clean = (text ?? '').replace(/\r\n?/g, '\n').replace(UNWANTED, '').trim();
  if (clean === '') return null;
  if (clean.length <= maxLength) return clean;
  return `${clean.slice(0, maxLength - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** As {@link cleanText}, on one line. */
export function cleanLine(text: string | null, maxLength: number): string | null {
  return cleanText(text?.replace(/\s+/g, ' ') ?? null, maxLength);
}
