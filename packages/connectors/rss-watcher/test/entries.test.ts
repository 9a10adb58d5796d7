import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanText } from '../src/entry/clean-text.ts';
import { resolveLink } from '../src/entry/resolve-link.ts';
import { anRssFeed, bookmarksOf, readFeed, someItems } from './support/fixture.ts';

const item = (inner: string) => anRssFeed(`<item><link>https://site.example/1</link>${inner}</item>`);
const first = (document: string) => bookmarksOf(document)[0];

describe('resolving links', () => {
  it.for([
    ['a/b', ['https://site.example/x/'], 'https://site.example/x/a/b'],
    ['/a', ['https://site.example/x/'], 'https://site.example/a'],
    ['//other.example/a', ['https://site.example/'], 'https://other.example/a'],
    ['a', ['https://site.example/feed', 'blog/', '2026/'], 'https://site.example/blog/2026/a'],
    ['a', ['https://site.example/', undefined, 'javascript:x'], 'https://site.example/a'],
    ['www.site.example/a', ['https://feeds.example/'], 'https://www.site.example/a'],
    [' https://site.example/a\n b ', [], 'https://site.example/a%20b'],
    ['https://müller.example/ü', [], 'https://xn--mller-kva.example/%C3%BC'],
    ['', ['https://site.example/'], undefined],
    ['a', [], undefined],
    ['javascript:alert(1)', ['https://site.example/'], undefined],
    [' java\nscript:alert(1)', ['https://site.example/'], undefined],
    ['data:text/html,x', ['https://site.example/'], undefined],
    ['file:///etc/passwd', ['https://site.example/'], undefined],
    ['mailto:a@site.example', ['https://site.example/'], undefined],
    ['http://[bad', ['https://site.example/'], undefined],
    [`https://site.example/${'a'.repeat(5000)}`, [], undefined],
  ] as const)('makes of %j with %j', ([link, bases, expected]) => {
    expect(resolveLink(link, bases)).toBe(expected);
  });

  it('takes the site for the base of a feed that names none, else where the feed came from', () => {
    const relative = '<item><link>p/1</link></item>';
    expect(first(anRssFeed(relative, '<link>https://site.example/blog/</link>'))?.url).toBe(
      'https://site.example/blog/p/1',
    );
    expect(first(anRssFeed(relative, '<title>t</title>'))?.url).toBe('https://feeds.example/p/1');
  });

  it('reads xml:base of the root, the channel and the item', () => {
    const feed = `<rss version="2.0" xml:base="https://site.example/"><channel xml:base="blog/"><title>t</title><item xml:base="2026/"><link>p</link></item></channel></rss>`;
    expect(first(feed)?.url).toBe('https://site.example/blog/2026/p');
  });
});

describe('texts', () => {
  it('removes NUL, other control characters and lone surrogates, and keeps tabs and lines', () => {
    expect(cleanText('a\u0000b\u0007c\td\r\ne\u0085f\ud800g\uffff', 100)).toBe('abc\td\ne\nfg');
    expect(first(item('<title>a\u0000b&#0;c&#7;d</title>'))?.title).toMatch(/^ab.?cd$/);
  });

  it('cuts long texts with an ellipsis and never inside a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.integer({ min: 1, max: 20 }), (text, limit) => {
        const cut = cleanText(text, limit) ?? '';
        expect(cut.length).toBeLessThanOrEqual(limit);
        expect(() => encodeURIComponent(cut)).not.toThrow();
      }),
    );
    expect(first(item(`<title>${'x'.repeat(600)}</title>`))?.title).toHaveLength(500);
  });

  it('makes an article of a summary that is one', () => {
    const bookmark = first(item(`<description>${'<p>word</p>'.repeat(2000).replaceAll('<', '&lt;')}</description>`));
    expect(bookmark?.description).toHaveLength(5000);
    expect(bookmark?.body).toHaveLength(2000 * 'word\n\n'.length - 2);
  });

  it('says once what summary and content say alike', () => {
    const both = '<description>Same.</description><content:encoded>&lt;p&gt;Same.&lt;/p&gt;</content:encoded>';
    const bookmark = first(item(both).replace('<rss', '<rss xmlns:content="http://purl.org/rss/1.0/modules/content/"'));
    expect(bookmark).toMatchObject({ description: 'Same.' });
    expect(bookmark?.body).toBeUndefined();
  });

  it('takes markup for HTML only where it is', () => {
    expect(first(item('<title>Map&lt;K, V&gt; in 5 &lt; 6 steps</title>'))?.title).toBe('Map<K, V> in 5 < 6 steps');
    expect(first(item('<title>An &lt;b&gt;old&lt;/b&gt; AT&amp;amp;T phone</title>'))?.title).toBe('An old AT&T phone');
    expect(first(item('<description>line one\nline two</description>'))?.description).toBe('line one\nline two');
  });

  it('leaves no script, style or picture in the text', () => {
    const html = '<style>p{}</style><script>x()</script><p>Text<img src="a" alt="b"> &amp; more</p><iframe>no</iframe>';
    expect(first(item(`<description><![CDATA[${html}]]></description>`))?.description).toBe('Text & more');
  });
});

describe('entries', () => {
  it('is known by its id, else its address, else its words', () => {
    const ids = readFeed(
      anRssFeed(
        '<item><guid>g</guid><link>l</link></item><item><link>https://site.example/2</link></item><item><title>a</title></item><item><title>b</title></item>',
      ),
    );
    expect(ids.found).toBe(4);
    const twice = '<item><title>a</title><description>d</description></item>';
    expect(readFeed(anRssFeed(twice + twice)).found).toBe(1);
  });

  it('keeps the newest 5,000 of a longer feed and counts the others', () => {
    const { entries, found } = readFeed(anRssFeed(`<item><guid>undated</guid></item>${someItems(6000)}`));
    expect(found).toBe(6001);
    expect(entries).toHaveLength(5000);
    expect(entries[0]?.id).toBe('id-0');
    expect(entries.at(-1)?.id).toBe('id-4999');
  });

  it('keeps the newest of a feed that lists the oldest first', () => {
    const items = someItems(6000)
      .split(/(?=<item>)/)
      .reverse()
      .join('');
    const { entries } = readFeed(anRssFeed(items));
    expect(entries[0]?.id).toBe('id-4999');
    expect(entries.at(-1)?.id).toBe('id-0');
  });

  it('takes a feed without entries for what it is', () => {
    expect(readFeed(anRssFeed(''))).toMatchObject({ format: 'rss', found: 0, entries: [] });
    expect(readFeed('<feed xmlns="http://www.w3.org/2005/Atom"/>')).toMatchObject({ format: 'atom', found: 0 });
    expect(readFeed('<rss version="2.0"/>')).toMatchObject({ format: 'rss', found: 0 });
  });

  it('is no more confused by feeds inside an entry than by an entry', () => {
    const code = '<content type="html">&lt;rss version="2.0"&gt; <![CDATA[ <rss version="2.0"> ]]></content>';
    const feed = `<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title><entry><id>1</id><link href="https://site.example/"/>${code}</entry></feed>`;
    expect(readFeed(feed)).toMatchObject({ format: 'atom', found: 1 });
  });
});
