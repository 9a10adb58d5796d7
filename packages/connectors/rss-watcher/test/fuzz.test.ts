import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFeed, normalizeEntry, type ParsedFeed, parseFeed } from '../src/index.ts';
import { fixture } from './support/fixture.ts';

const url = 'https://site.example/feed';
const names = readdirSync(new URL('../fixtures/', import.meta.url));
const pieces = [
  '<',
  '>',
  '</',
  '/>',
  '&',
  ';',
  '"',
  "'",
  '<![CDATA[',
  ']]>',
  '<!--',
  '-->',
  '<item>',
  '</entry>',
  '\0',
];

/** A fixture with some of its bytes replaced, left out or repeated. */
const damaged = fc
  .tuple(
    fc.constantFrom(...names),
    fc.array(fc.tuple(fc.nat(), fc.nat(40), fc.constantFrom(...pieces, '')), { minLength: 1, maxLength: 8 }),
  )
  .map(([name, edits]) => {
    let text = new TextDecoder().decode(fixture(name));
    for (const [at, length, piece] of edits) {
      const start = at % text.length;
      text = `${text.slice(0, start)}${piece}${text.slice(start + length)}` || ' ';
    }
    return new TextEncoder().encode(text);
  });

function expectWebAddresses(feed: ParsedFeed): void {
  for (const entry of feed.entries) {
    const bookmark = normalizeEntry(entry, { head: feed, documentUrl: url, feedUrl: url });
    if (bookmark) expect(bookmark.url).toMatch(/^https?:\/\//);
  }
}

describe('damaged feeds', () => {
  it('are read or refused with a reason, and give bookmarks with web addresses only', () => {
    fc.assert(
      fc.property(damaged, fc.constantFrom(null, 'text/xml; charset=utf-16', 'text/html'), (bytes, contentType) => {
        const outcome = parseFeed(decodeFeed(bytes, contentType), { url, maxEntries: 3 });
        if (outcome.ok) expectWebAddresses(outcome.feed);
        else expect(outcome.reason).toMatch(/^The .*\S$/s);
      }),
      { numRuns: 400 },
    );
  });
});
