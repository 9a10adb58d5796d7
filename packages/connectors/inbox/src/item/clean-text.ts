/** Takes away what no store could give back: NUL, and halves of surrogate pairs. Nothing else is touched. */
export function storable(text: string): string {
  return text.replaceAll('\u0000', '').replace(/\p{Surrogate}/gu, '\ufffd');
}

/** As {@link storable}, on one line: header fields come folded, and a line break in one is never meant. @returns null for nothing. */
export function cleanLine(text: string | null | undefined): string | null {
  const line = storable(text ?? '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return line === '' ? null : line;
}
