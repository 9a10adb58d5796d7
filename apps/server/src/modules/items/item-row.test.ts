import fc from 'fast-check';
import { expect, it } from 'vitest';
import { NULL_SPACE_ID } from '../../platform/database/null-space.ts';
import { itemText } from '../../platform/item-text.ts';
import { toItem } from './item-row.ts';

const moment = fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null });

it('an item reads the same as an object and as text', () => {
  const row = fc.record({
    id: fc.uuid({ version: 7 }),
    space_id: fc.oneof(fc.constant(NULL_SPACE_ID), fc.uuid({ version: 7 })),
    type: fc.constantFrom('core.note', 'acme.tide-level'),
    properties: fc.dictionary(fc.string(), fc.jsonValue()).map((properties) => JSON.stringify(properties)),
    state: fc.constantFrom('active', 'trashed'),
    tier: maybe(fc.constantFrom('library', 'feed')),
    version: fc.integer({ min: 1 }),
    schema_version: fc.constantFrom('1.0.0', '1.0.0-beta+2'),
    source: fc.string({ unit: 'grapheme', minLength: 1 }),
    source_id: maybe(fc.string({ unit: 'grapheme' })),
    device: maybe(fc.string()),
    capture_latitude: maybe(fc.double({ min: -90, max: 90, noNaN: true })),
    capture_longitude: maybe(fc.double({ min: -180, max: 180, noNaN: true })),
    timestamp: moment,
    created_at: moment,
    updated_at: moment,
  });
  fc.assert(
    fc.property(row, (one) => {
      expect(JSON.parse(itemText(one))).toEqual(JSON.parse(JSON.stringify(toItem(one))));
    }),
    { seed: 20260217, numRuns: 1000 },
  );
});
