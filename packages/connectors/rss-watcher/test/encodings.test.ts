import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import { decodeFeed } from '../src/index.ts';
import { bookmarksOf, fixture } from './support/fixture.ts';

const title = (text: string, encoding?: string) => {
  const declaration = encoding === undefined ? '' : ` encoding="${encoding}"`;
  return `<?xml version="1.0"${declaration}?><rss version="2.0"><channel><title>t</title><item><title>${text}</title><link>https://site.example/1</link></item></channel></rss>`;
};
const titleOf = (bytes: Uint8Array, contentType: string | null = null) => bookmarksOf(bytes, contentType)[0]?.title;
const XML = 'application/xml';

describe('decoding', () => {
  it.for([
    ['utf-8', 'Zażółć gęślą jaźń 🌱'],
    ['iso-8859-1', 'Ça déjà vu'],
    ['windows-1252', '“Smart” – 5 €'],
    ['iso-8859-2', 'Zażółć gęślą jaźń'],
    ['koi8-r', 'Съешь ещё булок'],
    ['windows-1251', 'Съешь ещё булок'],
    ['shift_jis', '日本語のフィード'],
    ['euc-jp', '日本語のフィード'],
    ['gb18030', '中文订阅'],
    ['big5', '中文訂閱'],
    ['euc-kr', '한국어 피드'],
    ['macintosh', 'Ça déjà vu'],
    ['ibm850', 'Ça déjà vu'],
  ] as const)('reads %s by the XML declaration, and by the Content-Type header', ([encoding, text]) => {
    expect(titleOf(iconv.encode(title(text, encoding), encoding))).toBe(text);
    expect(titleOf(iconv.encode(title(text), encoding), `${XML}; charset="${encoding}"`)).toBe(text);
  });

  it.for(['utf8', 'utf16le', 'utf16be', 'utf32le', 'utf32be'])('reads %s by its byte order mark', (encoding) => {
    const bytes = iconv.encode(title('Zażółć 🌱'), encoding, { addBOM: true });
    expect(titleOf(bytes)).toBe('Zażółć 🌱');
  });

  it.for(['utf16le', 'utf16be'])('reads %s without a mark by its first character', (encoding) => {
    expect(titleOf(iconv.encode(title('Zażółć', 'utf-16'), encoding, { addBOM: false }))).toBe('Zażółć');
  });

  it('believes the mark more than the header, and the header more than the declaration', () => {
    const marked = iconv.encode(title('Çà', 'koi8-r'), 'utf8', { addBOM: true });
    expect(titleOf(marked, `${XML}; charset=koi8-r`)).toBe('Çà');
    const headed = iconv.encode(title('Съешь', 'iso-8859-1'), 'koi8-r');
    expect(titleOf(headed, `text/xml; charset=KOI8-R`)).toBe('Съешь');
  });

  it('reads the quotes of Windows-1252 under the label of Latin-1, as the Web does', () => {
    const bytes = iconv.encode(title('“Smart”', 'iso-8859-1'), 'win1252');
    expect(titleOf(bytes)).toBe('“Smart”');
  });

  it('reads the declaration of RSS 0.91', () => {
    const bytes = iconv.encode(
      new TextDecoder().decode(fixture('rss-0.91.xml')).replace('&eacute;t&eacute;', 'été'),
      'latin1',
    );
    expect(titleOf(bytes)).toBe('Ferry été timetable');
  });

  it('takes a two-byte label over one-byte text for a leftover', () => {
    expect(titleOf(iconv.encode(title('Zażółć', 'utf-16'), 'utf8'))).toBe('Zażółć');
    expect(titleOf(iconv.encode(title('Zażółć'), 'utf8'), `${XML}; charset=utf-16`)).toBe('Zażółć');
  });

  it('falls back to UTF-8 for a label that nobody knows', () => {
    expect(titleOf(iconv.encode(title('Zażółć', 'x-klingon'), 'utf8'))).toBe('Zażółć');
    expect(titleOf(iconv.encode(title('Zażółć'), 'utf8'), `${XML}; charset=;`)).toBe('Zażółć');
  });

  it('reads Windows-1252 that calls itself UTF-8, but lets one torn character be', () => {
    expect(titleOf(iconv.encode(title('Ça déjà “vu”', 'utf-8'), 'win1252'))).toBe('Ça déjà “vu”');
    const torn = iconv.encode(title('Zażółć gęślą X', 'utf-8'), 'utf8');
    torn[torn.indexOf('X')] = 0xc3;
    expect(titleOf(torn)).toBe('Zażółć gęślą �');
  });

  it('leaves no byte order mark in the text', () => {
    expect(decodeFeed(Uint8Array.of(0xef, 0xbb, 0xbf, 0x7b, 0x7d), 'application/feed+json')).toBe('{}');
  });

  it('reads bytes that are no text at all without throwing', () => {
    const noise = Uint8Array.from({ length: 2000 }, (_, index) => (index * 7919) % 256);
    for (const label of [
      'utf-8',
      'utf-16',
      'shift_jis',
      'gb18030',
      'iso-2022-jp',
      'utf-7',
      'replacement',
      'nonsense',
    ]) {
      expect(typeof decodeFeed(noise, `${XML}; charset=${label}`)).toBe('string');
    }
    expect(decodeFeed(new Uint8Array(0), null)).toBe('');
  });
});
