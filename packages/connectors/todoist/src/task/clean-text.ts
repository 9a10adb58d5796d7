/** Halves of surrogate pairs and NUL stand for nothing that every store could give back. */
export function cleanText(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd').replaceAll('\u0000', '');
}
