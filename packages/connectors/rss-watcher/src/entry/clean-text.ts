/** What has no place in stored text: control characters but tab and line feed, lone surrogates, noncharacters. */
const UNWANTED = /(?![\t\n])[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/gu;

/**
 * Cleans text for storing: line ends become `\n`, control characters go, and what is too long is cut with an ellipsis,
 * never inside a character.
 * @param maxLength in UTF-16 units, the ellipsis included.
 * @returns undefined when nothing is left.
 */
export function cleanText(text: string | undefined, maxLength: number): string | undefined {
  if (text === undefined) return undefined;
  const clean = text
    .replace(/\r\n?|\u0085|\u2028|\u2029/g, '\n')
    .replace(UNWANTED, '')
    .trim();
  if (clean === '') return undefined;
  if (clean.length <= maxLength) return clean;
  const cut = clean.slice(0, maxLength - 1);
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}

/** As {@link cleanText}, on one line: for titles and names. */
export function cleanLine(text: string | undefined, maxLength: number): string | undefined {
  return cleanText(text?.replace(/\s+/g, ' '), maxLength);
}
