/** What has just happened, by the code that the address bar carries. A code that is not known shows nothing. */
export function Notice({ code, texts }: { code: string; texts: Readonly<Record<string, string>> }) {
  return Object.hasOwn(texts, code) ? (
    <p class="message good" role="status">
      {texts[code]}
    </p>
  ) : null;
}
