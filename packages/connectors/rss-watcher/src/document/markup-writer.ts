/** Names that the parser takes: others, and those that mean something to JavaScript objects, are left out. */
const SAFE_NAME = /^(?!(?:__proto__|constructor|prototype)$)[a-z_][\w.-]*(?::[a-z_][\w.-]*)?$/;
const MAX_ATTRIBUTE_LENGTH = 8_000;
/** Read as HTML, `?a=1&section=2` would hold a paragraph sign. */
const BARE_AMPERSAND = /&(?!(?:[a-z][a-z0-9]{0,31}|#\d{1,7}|#x[0-9a-f]{1,6});)/gi;

export interface MarkupWriter {
  /** @returns whether the element can be written; a refused one must not be closed. */
  open(name: string): boolean;
  attribute(name: string, value: string, limit: number): void;
  text(data: string, inCdata: boolean): void;
  close(name: string): void;
  /** @returns everything written since the last take. */
  take(): string;
}

/** Writes well-formed XML: names checked, attributes quoted, every `<` either a tag of ours or escaped. */
export function createMarkupWriter(): MarkupWriter {
  let parts: string[] = [];
  let openTag = false;
  let attributes = 0;

  const endOpenTag = () => {
    if (openTag) parts.push('>');
    openTag = false;
  };

  return {
    open(name) {
      endOpenTag();
      if (!SAFE_NAME.test(name)) return false;
      parts.push('<', name);
      openTag = true;
      attributes = 0;
      return true;
    },
    attribute(name, value, limit) {
      attributes += 1;
      if (!openTag || attributes > limit || value.length > MAX_ATTRIBUTE_LENGTH || !SAFE_NAME.test(name)) return;
      parts.push(` ${name}="${escapeText(value).replaceAll('"', '&quot;')}"`);
    },
    text(data, inCdata) {
      endOpenTag();
      if (inCdata) parts.push('<![CDATA[', data, ']]>');
      else parts.push(escapeText(data));
    },
    close(name) {
      endOpenTag();
      parts.push('</', name, '>');
    },
    take() {
      endOpenTag();
      const written = parts.join('');
      parts = [];
      return written;
    },
  };
}

function escapeText(text: string): string {
  const ampersands = text.includes('&') ? text.replace(BARE_AMPERSAND, '&amp;') : text;
  return ampersands.includes('<') ? ampersands.replaceAll('<', '&lt;') : ampersands;
}
