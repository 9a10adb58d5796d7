import { compile } from 'html-to-text';

/** Longer markup is cut before conversion: the tree of its elements is what takes memory. */
const MAX_HTML_LENGTH = 200_000;
const MAX_DEPTH = 100;

const skipped = ['img', 'script', 'style', 'template', 'iframe', 'object', 'svg', 'head'];
const headings = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'];

const convert = compile({
  wordwrap: false,
  limits: { maxDepth: MAX_DEPTH },
  selectors: [
    { selector: 'a', options: { ignoreHref: true } },
    { selector: 'ul', options: { itemPrefix: '- ' } },
    { selector: 'hr', options: { length: 3 } },
    ...headings.map((selector) => ({ selector, options: { uppercase: false } })),
    ...skipped.map((selector) => ({ selector, format: 'skip' })),
  ],
});

/** Text of HTML as a person would read it: paragraphs and lists keep their lines, links and pictures leave no trace. */
export function htmlToPlainText(html: string): string {
  const cut = html.slice(0, MAX_HTML_LENGTH);
  return nestsTooDeep(cut) ? stripTags(cut) : convert(cut);
}

const TAG = /<(\/?)([a-z][a-z0-9]*)[^<>]*?(\/?)>/gi;
/** Elements that stand empty or that HTML closes by itself; counting them as open would mistake long lists for depth. */
const NOT_COUNTED = /^(area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr|p|li|dt|dd|tr|td|th|option)$/i;

/** Building the tree takes time with the square of the depth; no publisher's text nests a hundred deep. */
function nestsTooDeep(html: string): boolean {
  let depth = 0;
  for (const [, closing, name, selfClosing] of html.matchAll(TAG)) {
    if (selfClosing || NOT_COUNTED.test(name ?? '')) continue;
    depth = closing ? Math.max(depth - 1, 0) : depth + 1;
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}

function stripTags(html: string): string {
  return html.replace(/<[^<>]*>/g, ' ').replace(/\s+/g, ' ');
}
