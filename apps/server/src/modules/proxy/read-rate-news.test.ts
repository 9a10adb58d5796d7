import { describe, expect, it } from 'vitest';
import { readRateNews } from './read-rate-news.ts';

const NOW = Date.UTC(2026, 2, 1, 12, 0, 0);
const read = (status: number, headers: Record<string, string>) =>
  readRateNews(status, Object.entries(headers).flat(), NOW);
const nothing = { limit: null, remaining: null, resetAtMs: null, blockedUntilMs: null, refused: false };

describe('what an answer tells of the limits of an account', () => {
  it('is nothing, as nearly always', () => {
    expect(read(200, { 'content-type': 'text/plain', date: new Date(NOW).toUTCString() })).toBeNull();
  });

  it.each<[string, string, number]>([
    ['seconds from now', '30', 31_000],
    ['a part of a second', '0.5', 1500],
    ['Unix seconds', String(NOW / 1000 + 30), 31_000],
    ['milliseconds', String(NOW + 30_000), 30_000],
    ['a time that is over', String(NOW / 1000 - 5), 1000],
    ['days ahead, of which one hour is believed', '864000', 3_600_000],
    ['the year 3000', '32503680000', 3_600_000],
  ])('reads a reset in %s', (_what, reset, ahead) => {
    const news = read(200, { 'X-RateLimit-Limit': '100', 'X-RateLimit-Remaining': '40', 'X-RateLimit-Reset': reset });
    expect(news).toEqual({ ...nothing, limit: 100, remaining: 40, resetAtMs: NOW + ahead });
  });

  it('reads a point in time by the clock of the upstream', () => {
    const theirs = NOW + 300_000;
    const news = read(200, {
      date: new Date(theirs).toUTCString(),
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': String(theirs / 1000 + 10),
    });
    expect(news?.resetAtMs).toBe(NOW + 11_000);
  });

  it.each<[string, Record<string, string>, object]>([
    [
      'the fields of older drafts',
      { 'RateLimit-Limit': '100, 100;w=60', 'RateLimit-Remaining': '9', 'RateLimit-Reset': '7' },
      { limit: 100, remaining: 9, resetAtMs: NOW + 8000 },
    ],
    [
      'the hyphenated spelling',
      { 'X-Rate-Limit-Limit': '15', 'X-Rate-Limit-Remaining': '0', 'X-Rate-Limit-Reset': '7' },
      { limit: 15, remaining: 0, resetAtMs: NOW + 8000 },
    ],
    [
      'RateLimit with its policy',
      { RateLimit: '"default";r=50;t=30', 'RateLimit-Policy': '"default";q=100;w=60' },
      { limit: 100, remaining: 50, resetAtMs: NOW + 31_000 },
    ],
    [
      'the tightest of several policies',
      {
        RateLimit: '"hour";r=900;t=3000, "burst";r=2;t=4',
        'RateLimit-Policy': '"hour";q=1000;w=3600,"burst";q=10;w=5',
      },
      { limit: 10, remaining: 2, resetAtMs: NOW + 5000 },
    ],
    [
      'the combined field of a draft between',
      { RateLimit: 'limit=100, remaining=50, reset=5' },
      { limit: 100, remaining: 50, resetAtMs: NOW + 6000 },
    ],
    ['no reset', { 'X-RateLimit-Remaining': '3' }, { remaining: 3 }],
    ['no sense', { 'X-RateLimit-Remaining': 'many', 'X-RateLimit-Reset': 'soon', 'X-RateLimit-Limit': '-1' }, {}],
  ])('reads %s', (_what, headers, expected) => {
    expect(read(200, headers)).toEqual({ ...nothing, ...expected });
  });

  it.each<[string, number, string, number | null, boolean]>([
    ['429 in seconds', 429, '12', 12_000, true],
    ['429 as a date', 429, new Date(NOW + 90_000).toUTCString(), 90_000, true],
    ['429 as a date that is over', 429, new Date(NOW - 90_000).toUTCString(), 0, true],
    ['403, as GitHub and Google say it', 403, '60', 60_000, true],
    ['503', 503, '5', 5000, false],
    ['429 with nonsense', 429, 'later', null, true],
    ['a redirect, where it says something else', 301, '60', null, false],
  ])('reads Retry-After of %s', (_what, status, text, ahead, refused) => {
    const blockedUntilMs = ahead === null ? null : NOW + ahead;
    expect(read(status, { 'Retry-After': text })).toEqual({ ...nothing, blockedUntilMs, refused });
  });

  it('takes a bare 429 for a refusal, and a bare 403 for none', () => {
    expect(read(429, {})).toEqual({ ...nothing, refused: true });
    expect(read(403, {})).toBeNull();
  });
});
