/** Documents that cost far more than their five megabytes when they are read without care. */

const SIZE = 5 * 1024 * 1024;
const fill = (unit: string, length = SIZE) => unit.repeat(Math.floor(length / unit.length));
const numbered = (count: number, make: (index: number) => string) => Array.from({ length: count }, (_, i) => make(i));
const rss = (inner: string) =>
  `<?xml version="1.0"?><rss version="2.0"><channel><title>Hostile</title>${inner}</channel></rss>`;
const inItem = (inner: string) => rss(`<item><guid>one</guid><link>https://site.example/1</link>${inner}</item>`);
const atom = (content: string) =>
  `<feed xmlns="http://www.w3.org/2005/Atom"><title>Hostile</title><entry><id>one</id><link href="https://site.example/1"/>${content}</entry></feed>`;
const RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"';
const JSON_VERSION = '"version":"https://jsonfeed.org/version/1.1","title":"t"';

/** What the connector makes of each: how many entries it keeps, or the refusal. */
export const HOSTILE_CASES: Record<string, { document: () => string; outcome: number | RegExp }> = {
  'a hundred thousand entries': {
    document: () => rss(numbered(100_000, (i) => `<item><guid>${i}</guid></item>`).join('')),
    outcome: 5000,
  },
  'a million empty entries': { document: () => rss(fill('<item/>')), outcome: 0 },
  'a million elements beside the entries': { document: () => rss(fill('<a/>')), outcome: 0 },
  'a million elements in an entry': { document: () => inItem(fill('<a/>')), outcome: 1 },
  'a million links in an entry': { document: () => inItem(fill('<link/>')), outcome: 1 },
  'a million elements in a title': { document: () => inItem(`<title>${fill('<b/>')}</title>`), outcome: 1 },
  'a million attributes of one name': { document: () => rss(`<a ${fill('b="" ')}/>`), outcome: 0 },
  'a million attributes on the root': {
    document: () => `<rss ${numbered(400_000, (i) => `b${i}=""`).join(' ')}><channel/></rss>`,
    outcome: 0,
  },
  'a million namespaces on an entry': {
    document: () => rss(`<item ${numbered(200_000, (i) => `xmlns:p${i}="u"`).join(' ')}><guid>one</guid></item>`),
    outcome: 1,
  },
  'an attribute of five megabytes': { document: () => inItem(`<enclosure url="${fill('x')}"/>`), outcome: 1 },
  'a title of five megabytes': { document: () => inItem(`<title>${fill('x')}</title>`), outcome: 1 },
  'text of five megabytes beside the entries': {
    document: () => rss(`<copyright>${fill('x')}</copyright>`),
    outcome: 0,
  },
  'a title that is never closed, full of open tags': {
    document: () => rss(`<item><title>${fill('<a ')}`),
    outcome: 1,
  },
  'a title full of open tags with quotes': {
    document: () => inItem(`<title>${fill("<a ' ")}</title>`),
    outcome: 1,
  },
  'an author in half a million brackets': { document: () => inItem(`<author>${fill('(a')}</author>`), outcome: 1 },
  'an author in half a million tags': { document: () => inItem(`<author>${fill('&lt;a')}</author>`), outcome: 1 },
  'five megabytes of ampersands': { document: () => inItem(`<description>${fill('&')};</description>`), outcome: 1 },
  'five megabytes of entities': { document: () => inItem(`<description>${fill('&amp;')}</description>`), outcome: 1 },
  'an entity bomb': {
    document: () =>
      `<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa">${numbered(20, (i) => `<!ENTITY b${i} "${fill(`&${i ? `b${i - 1}` : 'a'};`, 60)}">`).join('')}]>${inItem('<title>&b19;</title>')}`,
    outcome: 1,
  },
  'an entity of a megabyte, named a thousand times': {
    document: () =>
      `<!DOCTYPE rss [<!ENTITY a "${fill('a', 1_000_000)}">]>${inItem(`<title>${fill('&a;', 3000)}</title>`)}`,
    outcome: 1,
  },
  'an external entity': {
    document: () => `<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]>${inItem('<title>&a;</title>')}`,
    outcome: 1,
  },
  'fifty thousand levels': {
    document: () => rss(`${'<a>'.repeat(50_000)}${'</a>'.repeat(50_000)}`),
    outcome: /too deep/,
  },
  'fifty thousand levels in a title': {
    document: () => inItem(`<title>${'<b>'.repeat(50_000)}${'</b>'.repeat(50_000)}</title>`),
    outcome: /too deep/,
  },
  'a hundred thousand levels of HTML': {
    document: () => inItem(`<description><![CDATA[${'<b>'.repeat(100_000)}]]></description>`),
    outcome: 1,
  },
  'HTML of nothing but elements, in every entry': {
    document: () =>
      rss(
        numbered(
          25,
          (i) => `<item><guid>${i}</guid><description><![CDATA[${fill('<b>x</b>', 200_000)}]]></description></item>`,
        ).join(''),
      ),
    outcome: 25,
  },
  'XHTML of nothing but elements': {
    document: () => atom(`<content type="xhtml"><div>${fill('<b>x</b>')}</div></content>`),
    outcome: 1,
  },
  'CDATA that opens and never closes': {
    document: () => atom(`<content type="xhtml">${fill('<![CDATA[')}</content>`),
    outcome: /breaks off/,
  },
  'comments that open and never close': { document: () => rss(fill('<!--')), outcome: /breaks off/ },
  'a million closing tags': { document: () => `${fill('</a>')}${rss('')}`, outcome: 0 },
  'a table of contents that fits nothing': {
    document: () =>
      `<rdf:RDF ${RDF}><channel><title>t</title><items><rdf:Seq>${numbered(40_000, (i) => `<rdf:li resource="a${i}"/>`).join('')}</rdf:Seq></items></channel>${numbered(10, (i) => `<item rdf:about="c${i}"><title>x</title></item>`).join('')}${numbered(40_000, (i) => `<item rdf:about="b${i}"/>`).join('')}</rdf:RDF>`,
    outcome: 10,
  },
  'tags named after parts of JavaScript objects': {
    document: () =>
      inItem(
        '<__proto__><polluted>yes</polluted></__proto__><constructor/><author><__proto__ polluted="yes">x</__proto__><constructor>x</constructor><prototype/></author><toString/><hasOwnProperty/>',
      ),
    outcome: 1,
  },
  'a hundred thousand items of JSON': {
    document: () => `{${JSON_VERSION},"items":[${numbered(100_000, (i) => `{"id":"${i}","title":"x"}`).join(',')}]}`,
    outcome: /more than 300000 parts/,
  },
  'JSON of five megabytes of brackets': {
    document: () => `{${JSON_VERSION},"items":${fill('[')}`,
    outcome: /deeper than/,
  },
  'JSON of a million empty objects': {
    document: () => `{${JSON_VERSION},"items":[${fill('{},')}{}]}`,
    outcome: /more than 300000 parts/,
  },
  'JSON of objects that all differ': {
    document: () => `{${JSON_VERSION},"items":[${numbered(95_000, (i) => `{"k${i}":1}`).join(',')}]}`,
    outcome: 0,
  },
  'JSON with names of parts of JavaScript objects': {
    document: () =>
      `{${JSON_VERSION},"__proto__":{"polluted":1},"items":[{"id":"1","__proto__":{"polluted":1}},{"id":"2","constructor":1}]}`,
    outcome: 1,
  },
};
