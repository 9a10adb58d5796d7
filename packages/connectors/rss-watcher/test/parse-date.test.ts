import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDate } from '../src/index.ts';

describe('parseDate', () => {
  it.for([
    ['Sat, 07 Sep 2002 09:42:31 GMT', '2002-09-07T09:42:31.000Z'],
    ['sat, 7 sep 2002 9:42:31 gmt', '2002-09-07T09:42:31.000Z'],
    ['07 Sep 02 09:42 EST', '2002-09-07T14:42:00.000Z'],
    ['Sun, 31 Dec 99 23:59:59 -0800', '2000-01-01T07:59:59.000Z'],
    ['Monday, 06-Sep-10 00:01:00 GMT', '2010-09-06T00:01:00.000Z'],
    ['Thu, 1 January 2004 19:48:21 PST', '2004-01-02T03:48:21.000Z'],
    ['Wrongday, 01 Feb 2024 10:00:00 +0200', '2024-02-01T08:00:00.000Z'],
    ['01 Feb 2024', '2024-02-01T00:00:00.000Z'],
    ['Thu, 01 Feb 2024 10:00:00 GMT+02:00', '2024-02-01T08:00:00.000Z'],
    ['Thu, 01 Feb 2024 10:00:00 +0000 (UTC)', '2024-02-01T10:00:00.000Z'],
    ['2003-12-13T18:30:02Z', '2003-12-13T18:30:02.000Z'],
    ['2003-12-13t18:30:02.25+01:00', '2003-12-13T17:30:02.000Z'],
    ['2003-12-13T18:30+0100', '2003-12-13T17:30:00.000Z'],
    ['2003-12-13 18:30:02', '2003-12-13T18:30:02.000Z'],
    ['2003-12-13', '2003-12-13T00:00:00.000Z'],
    ['2003-12', '2003-12-01T00:00:00.000Z'],
    ['2003', '2003-01-01T00:00:00.000Z'],
    ['20031213T183002Z', '2003-12-13T18:30:02.000Z'],
    ['2003/12/13 18:30', '2003-12-13T18:30:00.000Z'],
    ['Sat Sep  7 09:42:31 2002', '2002-09-07T09:42:31.000Z'],
    ['September 7, 2002', '2002-09-07T00:00:00.000Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
    ['Seg, 24 Set 2018 19:42:40 -0300', '2018-09-24T22:42:40.000Z'],
    ['Sáb, 1 Dic 2018 10:00:00 +0100', '2018-12-01T09:00:00.000Z'],
    ['mer. 14 août 2019 08:00 +0200', '2019-08-14T06:00:00.000Z'],
    ['Do, 3 Juillet 2019', '2019-07-03T00:00:00.000Z'],
    ['Fr, 15 Mär 2019 12:00:00 CET', '2019-03-15T11:00:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
    ['  2003-12-13\n ', '2003-12-13T00:00:00.000Z'],
  ])('reads %j', ([text, expected]) => {
    expect(parseDate(text)).toBe(expected);
  });

  it.for([
    '',
    'yesterday',
    '2023-02-29',
    '31 Apr 2024',
    '2024-13-01',
    '0001-01-01T00:00:00Z',
    'Sat, 07 Sep 2002 25:00:00 GMT',
    'Sat, 07 Sep 2002 09:42:31 XYZ',
    'Sat, 07 Sep 2002 09:42:31 +9999',
    '24 Foo 2018',
    '12/13/2003',
    '1071340202',
  ])('takes %j for no date', (text) => {
    expect(parseDate(text)).toBeNull();
  });

  it('reads back every date that JavaScript writes, in both of its forms', () => {
    const dates = fc.date({ min: new Date('1951-01-01'), max: new Date('2999-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(dates, (date) => {
        date.setUTCMilliseconds(0);
        expect(parseDate(date.toISOString())).toBe(date.toISOString());
        expect(parseDate(date.toUTCString())).toBe(date.toISOString());
      }),
    );
  });

  it('never throws, whatever stands in a feed', () => {
    fc.assert(fc.property(fc.string({ maxLength: 300 }), (text) => void parseDate(text)));
  });
});
