import { describe, expect, it } from 'vitest';
import { nextHopMetadata } from './cycle.ts';

const OWN = '01936d2e-7b7a-7000-8000-000000000001';
const OTHER = '01936d2e-7b7a-7000-8000-000000000002';

describe('The chain of a run’s writes', () => {
  it.each([
    ['begins with the run that no item event woke', null, { originating_connection_id: OWN, hop_count: 1 }],
    [
      'begins with the run that a person’s write woke',
      { originating_connection_id: null, hop_count: 0 },
      { originating_connection_id: OWN, hop_count: 1 },
    ],
    [
      'goes on under its origin',
      { originating_connection_id: OTHER, hop_count: 3 },
      { originating_connection_id: OTHER, hop_count: 4 },
    ],
    [
      'counts an origin without a hop as one step',
      { originating_connection_id: OTHER, hop_count: 0 },
      { originating_connection_id: OTHER, hop_count: 2 },
    ],
  ])('%s', (_what, parent, expected) => {
    expect(nextHopMetadata(OWN, parent)).toEqual(expected);
  });
});
