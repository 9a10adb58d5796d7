import { describe, expect, it } from 'vitest';
import { bookmarksOf, DOCUMENT_URL, fixture, readFeed } from './support/fixture.ts';

const source = (title: string) => ({ source_url: DOCUMENT_URL, source_title: title });

describe('reading feeds of every format', () => {
  it('reads RSS 0.90', () => {
    expect(bookmarksOf(fixture('rss-0.90.rdf'))).toEqual([
      { url: 'http://old.example/first.html', title: 'The very first headline', ...source('Old Channel') },
    ]);
  });

  it('reads RSS 0.91 with its DOCTYPE and its named entities', () => {
    expect(bookmarksOf(fixture('rss-0.91.xml'))).toEqual([
      {
        url: 'http://harbour.example/ferry',
        title: 'Ferry été timetable',
        description: 'Runs hourly from May.',
        ...source('Harbour Bulletin'),
      },
      { url: 'http://harbour.example/crane', title: 'Crane back in service', ...source('Harbour Bulletin') },
    ]);
  });

  it('reads RSS 0.92, whose items may be a paragraph and nothing else', () => {
    expect(bookmarksOf(fixture('rss-0.92.xml'))).toEqual([
      null,
      { url: 'http://notes.example/song.mp3', description: 'A song.', ...source('Short notes') },
      { url: 'http://notes.example/3', title: 'Third', ...source('Short notes') },
    ]);
  });

  it('reads RSS 1.0 with Dublin Core, the items that its table of contents forgets included', () => {
    const feed = readFeed(fixture('rss-1.0.rdf'));
    expect(feed).toMatchObject({ format: 'rdf', found: 3 });
    expect(bookmarksOf(fixture('rss-1.0.rdf'))).toEqual([
      {
        url: 'http://journal.example/paper/1',
        title: 'On moss',
        description: 'A survey of moss.',
        body: 'Moss is everywhere.',
        author: 'A. Lind',
        published_at: '2004-02-29T22:59:00.000Z',
        ...source('Journal of Small Things'),
      },
      {
        url: 'http://journal.example/paper/2',
        title: 'On lichen',
        author: 'B. Berg, C. Dahl',
        published_at: '2004-03-01T00:00:00.000Z',
        ...source('Journal of Small Things'),
      },
      {
        url: 'http://journal.example/paper/3',
        title: 'Not in the table of contents',
        ...source('Journal of Small Things'),
      },
    ]);
  });

  it('reads RSS 2.0 as blogs write it: content in CDATA, odd ids, unescaped ampersands, relative links', () => {
    expect(bookmarksOf(fixture('rss-2.0-blog.xml'))).toEqual([
      {
        url: 'https://bread.example/2026/03/rye/',
        title: 'Rye – a love story',
        description: 'Sour, dark and patient. […]',
        body: 'The starter\n\nSour, dark and patient.\n\n- rye\n- water & salt',
        author: 'Mia Holm',
        published_at: '2026-03-03T07:30:00.000Z',
        ...source('Bread & Salt'),
      },
      {
        url: 'https://bread.example/2026/02/flour/',
        title: 'Q&A: flour types',
        description: 'Types 405 & 550 compared.',
        author: 'The Office',
        published_at: '2026-02-07T14:05:00.000Z',
        ...source('Bread & Salt'),
      },
      {
        url: 'https://bread.example/2026/01/lists/',
        title: 'Using List<T> in recipes',
        ...source('Bread & Salt'),
      },
    ]);
    expect(readFeed(fixture('rss-2.0-blog.xml')).entries.map(({ id }) => id)).toEqual([
      'https://bread.example/?p=101',
      'https://bread.example/?p=99',
      'https://bread.example/2026/01/lists/',
    ]);
  });

  it('reads podcasts, whose episodes are known by their recording', () => {
    expect(bookmarksOf(fixture('rss-2.0-podcast.xml'))).toEqual([
      {
        url: 'https://cdn.trains.example/12.mp3?token=a&b=c',
        title: '12: Vienna to Venice',
        description: 'Over the Semmering by night.',
        author: 'Night Trains Radio',
        published_at: '2026-01-30T22:00:00.000Z',
        image_url: 'https://trains.example/12.jpg',
        ...source('Night Trains'),
      },
    ]);
  });

  it('reads news with Media RSS, keeps dates of the future, and of two entries with one id the later', () => {
    const bookmarks = bookmarksOf(fixture('rss-2.0-news.xml'));
    expect(bookmarks.map((bookmark) => bookmark?.title ?? null)).toEqual([
      'Bridge closed',
      'Festival announced',
      'Council votes (second version)',
      null,
      null,
    ]);
    expect(bookmarks[0]).toMatchObject({
      url: 'https://valley.example/bridge?utm=feed&x=1',
      image_url: 'https://valley.example/bridge-small.jpg',
      published_at: '2026-03-02T05:00:00.000Z',
    });
    expect(bookmarks[1]?.published_at).toBe('2099-08-01T12:00:00.000Z');
  });

  it('reads Atom 1.0 with xml:base at every level, XHTML, and entries taken from other feeds', () => {
    expect(bookmarksOf(fixture('atom-1.0.xml'))).toEqual([
      {
        url: 'https://garden.example/blog/2026/seeds.html',
        title: 'Seeds',
        description: 'Sow <early>.',
        body: 'Sow early & often.\n\nSecond paragraph.',
        author: 'Ida Voss',
        published_at: '2026-02-01T06:00:00.000Z',
        ...source('The Garden Blog'),
      },
      {
        url: 'https://garden.example/blog/compost',
        title: 'Compost & soil',
        description: 'Turn it.',
        author: 'Guest One, Guest Two',
        published_at: '2026-01-15T00:00:00.000Z',
        image_url: 'https://garden.example/images/heap.png',
        ...source('The Garden Blog'),
      },
      {
        url: 'https://other.example/original.html',
        title: 'Taken over',
        author: 'Original Author',
        published_at: '2026-01-10T00:00:00.000Z',
        ...source('The Garden Blog'),
      },
    ]);
  });

  it('reads Atom 0.3', () => {
    expect(bookmarksOf(fixture('atom-0.3.xml'))).toEqual([
      {
        url: 'http://ponds.example/2003/12/13/atom03',
        title: 'Atom 0.3 snapshot',
        description: 'Some text.',
        body: 'Some more text.',
        author: 'P. Lake',
        published_at: '2003-12-13T12:29:29.000Z',
        ...source('dive into ponds'),
      },
    ]);
  });

  it('reads video feeds, which describe their films in a media group', () => {
    expect(bookmarksOf(fixture('atom-video.xml'))).toEqual([
      {
        url: 'https://video.example/watch?v=v1',
        title: 'Sharpening a chisel',
        description: 'Flat first.\nThen the bevel.',
        author: 'Workshop Films',
        published_at: '2026-02-20T16:00:04.000Z',
        image_url: 'https://img.video.example/vi/v1/hqdefault.jpg',
        ...source('Workshop Films'),
      },
    ]);
  });

  it('reads JSON Feed 1.0', () => {
    expect(bookmarksOf(fixture('json-1.0.json'))).toEqual([
      {
        url: 'https://plain.example/2',
        title: 'Two',
        body: 'Second note.\nWith a second line.',
        author: 'R. Stone',
        published_at: '2026-02-02T14:00:00.000Z',
        ...source('Plain Notes'),
      },
      {
        url: 'https://plain.example/1',
        body: 'First note.',
        author: 'R. Stone',
        image_url: 'https://plain.example/images/1.png',
        ...source('Plain Notes'),
      },
    ]);
  });

  it('reads JSON Feed 1.1', () => {
    expect(bookmarksOf(fixture('json-1.1.json'))).toEqual([
      {
        url: 'https://elsewhere.example/article',
        title: 'Worth reading <3',
        description: 'Why it is.',
        body: 'A long quotation.',
        author: 'Item Author',
        published_at: '2026-01-05T10:00:00.000Z',
        image_url: 'https://links.example/banner.jpg',
        ...source('Link Log'),
      },
      {
        url: 'https://links.example/a2.m4a',
        author: 'Feed Author',
        published_at: '2026-01-04T00:00:00.000Z',
        ...source('Link Log'),
      },
      null,
    ]);
  });

  it('reads what was written by hand: any case, open tags, bare signs, space before and junk behind', () => {
    expect(bookmarksOf(fixture('messy.xml'))).toEqual([
      {
        url: 'https://messy.example/1',
        title: '2 < 3, and bold',
        description: 'one\ntwo',
        published_at: '2026-01-02T03:04:05.000Z',
        ...source('Messy & proud'),
      },
      {
        url: 'https://messy.example/2?a=1&section=2;3',
        title: 'Ampersands: R&D, © &bogus;',
        ...source('Messy & proud'),
      },
      { url: 'https://messy.example/3', title: 'Atom habits', ...source('Messy & proud') },
    ]);
  });
});
