import { describe, expect, it } from 'vitest';
import {
  deferEvent,
  ECHO_TTL_MS,
  judgeInbound,
  LAG_WINDOW_MS,
  type OutboundRecord,
  takeDue,
  trackWrite,
} from '../src/state/outbound-record.ts';

const aRecord = (): OutboundRecord => ({ writes: [], deferred: [] });
const place = (eventId: string, calendarId = 'me') => ({ calendarId, eventId });

describe('what went to Google lately', () => {
  it.for([
    ['same', 0, 'skip'],
    ['same', ECHO_TTL_MS - 1, 'skip'],
    ['same', ECHO_TTL_MS, 'defer'],
    ['other', 0, 'defer'],
    ['other', LAG_WINDOW_MS - 1, 'defer'],
    ['other', LAG_WINDOW_MS, 'take'],
  ] as const)('makes of the %s content after %i ms: %s', ([hash, age, verdict]) => {
    const record = aRecord();
    trackWrite(record, place('one'), { hash: 'same', now: 1000 });
    expect(judgeInbound(record, place('one'), { hash, now: 1000 + age })).toBe(verdict);
    expect(judgeInbound(record, place('one', 'team'), { hash, now: 1000 })).toBe('take');
  });

  it('holds one write for each event, the latest, and not without end', () => {
    const record = aRecord();
    for (let index = 0; index < 600; index += 1) trackWrite(record, place(`e${index}`), { hash: 'a', now: 0 });
    trackWrite(record, place('e599'), { hash: 'b', now: 1 });
    expect(record.writes).toHaveLength(500);
    expect(judgeInbound(record, place('e599'), { hash: 'b', now: 1 })).toBe('skip');
    expect(judgeInbound(record, place('e0'), { hash: 'a', now: 1 })).toBe('take');
  });

  it('gives out what was put off when its window is over, once', () => {
    const record = aRecord();
    trackWrite(record, place('one'), { hash: 'a', now: 0 });
    expect([deferEvent(record, place('one')), deferEvent(record, place('one'))]).toEqual([true, true]);
    expect(takeDue(record, { now: LAG_WINDOW_MS - 1, most: 10 })).toEqual([]);
    expect(takeDue(record, { now: LAG_WINDOW_MS, most: 10 })).toEqual([place('one')]);
    expect(takeDue(record, { now: LAG_WINDOW_MS, most: 10 })).toEqual([]);
    expect(record).toEqual(aRecord());
  });

  it('says when too many are put off', () => {
    const record = aRecord();
    const taken = Array.from({ length: 501 }, (_, index) => deferEvent(record, place(`e${index}`)));
    expect([taken.filter(Boolean).length, taken.at(-1)]).toEqual([500, false]);
    expect(takeDue(record, { now: 0, most: 50 })).toHaveLength(50);
    expect(record.deferred).toHaveLength(450);
  });
});
